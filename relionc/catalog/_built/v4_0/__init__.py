"""The job types of RELION 4.0. Made by tools/build_catalog.py from relionc/catalog/data; do not edit."""
