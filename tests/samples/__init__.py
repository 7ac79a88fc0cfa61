"""The content of the bundled samples, one module per sample family.

Institution, authors, reports and answers are all invented, and written for this project.
"""
