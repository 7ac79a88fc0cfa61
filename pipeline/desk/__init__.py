"""The desk: the web app in which curators decide, on the words of the source beside each record.

One server-side truth, in one process or in several on one database: pages are rendered here,
decisions are appended through `library`, and `sight` alone says what a curator may see.
"""
