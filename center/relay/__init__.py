"""The certificate centre (証明書交付センター): between terminals and municipalities."""
