"""The commands of an operator, one module each; service/command_line.py names them."""
