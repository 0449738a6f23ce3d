"""What happens to a sheet between the printer and an upload: toner, years, scanner. A model."""
