"""The only stage that touches the network: a source's url to its bytes.

`address` says which addresses may be called, `transport` calls those and no others, `robots` and
`manners` keep to what a host asks for, `fetcher` asks and takes no more than it should, `wall`
knows a page that stands before the document.
"""

from pipeline.fetch.fetcher import Fetcher
from pipeline.fetch.nouns import Answer, Ask, NotFetched
from pipeline.fetch.redact import redacted
from pipeline.fetch.wall import wall

__all__ = ["Answer", "Ask", "Fetcher", "NotFetched", "redacted", "wall"]
