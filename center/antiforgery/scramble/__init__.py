"""The scramble image: the front of a sheet, sealed and coded, as noise on its back.

It says that the content is what was issued, years later. It does not say that a sheet is an
original: a copy of the back decodes as well.
"""
