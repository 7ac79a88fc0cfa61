"""Two record pages of an invented register: one as a text dump, one as saved HTML.

Both writers take the same `RecordPage`. The pages belong to one source, so the first six entries
of that source, less a page's own entry and its children, are the "other cards" of either page;
the name that the dump never prints can be learnt from the page saved as HTML.
"""

from dataclasses import dataclass
from html import escape
from string import Template

from samples.prose import prose

BANNERS = (
    "This page is still being edited. If something looks wrong, tell us through the contact form.",
    "Data on this page is preliminary and may be revised. Please do not quote or republish it yet.",
)
SITE = "https://register.example.org"


@dataclass(frozen=True)
class Card:
    """A link to another record: its name or path, its category, and perhaps its text."""

    name: str
    category: str
    text: str | None = None


@dataclass(frozen=True)
class RecordPage:
    """What a page of the register shows, in the order in which it shows it."""

    name: str
    definition: str
    also_in: str
    description: tuple[str, ...]
    reasoning: str
    parent: str
    children: tuple[Card, ...]
    others: tuple[Card, ...]
    tags: tuple[tuple[str, str, str], ...]
    """(heading, value, gloss); the dump has no headings."""
    risk: str
    other_risks: tuple[str, ...]


TITLE = "Keeping Watch Together: Practices for Safer General-Purpose AI"
AUTHORS = "Okafor, Amara; Lindqvist, Per; Marsh, Tobias (2024)"
ABSTRACT = prose("""
    Safety work on general-purpose AI is usually described from inside one company. This report
    asks what several companies can do better together than alone, and what each of them has to
    decide for itself before a model is released. Interviews with forty-one practitioners, and
    three workshops held at the Harbour Institute for Responsible Computing, gave twenty-six
    practices. For each practice the report says who carries it out, at which moment, and how an
    outsider could tell whether it is done. Three habits stand out: telling others about failures
    early, releasing in steps that can be undone, and naming the person who decides.
""")

_SHARED_LEARNING = Card("Shared learning", "3.3 Voluntary & Cooperative")
_INCIDENTS = Card("Shared learning > Incident sharing", "3.3.1 Industry Coordination")
_NEAR_MISSES = Card(
    "Shared learning > Incident sharing > Near-miss notices", "2.3.4 Incident Response"
)
_RELEASE = Card("Release decisions", "2.3 Operations & Security")
_STAGES = Card("Release decisions > Staged release", "2.3.1 Deployment Management")
_OWNER = Card("Release decisions > Named release owner", "2.1.2 Roles & Accountability")

INCIDENT_SHARING = RecordPage(
    name="Incident sharing",
    definition=prose("""
        Companies and laboratories sharing information and taking joint action across
        organisations, by agreement rather than by law.
    """),
    also_in="Voluntary & Cooperative",
    description=(
        prose("""
            Organisations that run general-purpose AI models tell one another about serious
            incidents and near misses soon after they happen. Each report follows one template:
            what the system did, who was affected, what stopped it, and what has been changed
            since. A neutral clearing house removes the names of customers, checks the report for
            details that would help an attacker, and passes it on to every member.
        """),
        prose("""
            Members agree to answer what they receive. Within thirty days each of them states in
            writing whether its own systems could fail in the same way, and what it has done about
            it. Once a year the clearing house publishes the patterns that recur, so that smaller
            developers, insurers and public authorities can learn from them too.
        """),
    ),
    reasoning=prose("""
        Companies exchange incident reports and act on them together under a voluntary agreement;
        no law obliges them to.
    """),
    parent="Shared learning",
    children=(
        Card(
            "Near-miss notices",
            "2.3.4 Incident Response",
            prose("""
                A short notice, free of blame, about an event that could have caused harm but did
                not. It may be filed anonymously and takes ten minutes to write.
            """),
        ),
    ),
    others=(_SHARED_LEARNING, _RELEASE, _STAGES, _OWNER),
    tags=(
        (
            "Lifecycle stage",
            "Operate and Monitor",
            "Running the system in daily use and watching how it behaves",
        ),
        ("Actor", "Developer", "Company or person that designs, trains or adapts the AI system"),
        ("AI RMF function", "Manage", "Ranking the risks that were found, and acting on them"),
    ),
    risk="7.3 Lack of capability or robustness",
    other_risks=(),
)

STAGED_RELEASE = RecordPage(
    name="Staged release",
    definition=prose("""
        How a finished system reaches the people who use it: rollout in phases, tiers of access,
        and the conditions for widening them.
    """),
    also_in="Operations & Security",
    description=(
        prose("""
            A new model reaches its users in stages: first the staff, then a small group of vetted
            testers, then a capped share of customers, and only then everyone. Each stage has a
            size, an earliest end date and a list of questions that must be answered before the
            next one opens.
        """),
        prose("""
            If an answer is unfavourable, or if incidents pass the agreed rate, access goes back to
            the stage before within one day. The decision is written down together with the
            evidence, and the people who took it are named.
        """),
    ),
    reasoning=prose("""
        A deploying organisation phases its own rollout and opens tiers of access one after the
        other, each under stated conditions.
    """),
    parent="Release decisions",
    children=(),
    others=(_SHARED_LEARNING, _INCIDENTS, _NEAR_MISSES, _RELEASE, _OWNER),
    tags=(
        ("Lifecycle stage", "Deploy", "Putting the system into service for its users"),
        ("Actor", "Deployer", "Organisation that puts an AI system to use or offers it to others"),
        ("AI RMF function", "Manage", "Ranking the risks that were found, and acting on them"),
    ),
    risk="7.2 AI possessing dangerous capabilities",
    other_risks=("4.2 Cyberattacks, weapon development or use, and mass harm",),
)


def as_dump(page: RecordPage) -> str:
    """Write a page as its text dump: no headings, no name, each label glued to what follows."""
    cards = ""
    for card in (*page.children, *page.others):
        text = f"{card.text}\n" if card.text else ""
        cards += f"{card.name}\n{text}{card.category}"
    tags = [line for _, value, gloss in page.tags for line in (value, gloss)]
    lines = [
        *BANNERS,
        page.definition,
        f"Also in {page.also_in}",
        *page.description,
        "Reasoning",
        page.reasoning,
        page.parent,
        f"{cards}{TITLE}",
        AUTHORS,
        ABSTRACT,
        *tags,
        "Primary",
        f"{page.risk}Other",
        *page.other_risks,
    ]
    return "\n".join(lines) + "\n"


def as_html(page: RecordPage) -> str:
    """Write a page as a browser saves it, with the furniture and the script of its site."""
    sections = [
        _section("Reasoning", f"<p>{escape(page.reasoning)}</p>"),
        _section("Part of", f"<p>{_link(page.parent, escape(page.parent))}</p>"),
    ]
    if page.children:
        sections.append(_section("Includes", _cards(page.children)))
    sections += [
        _section("More from this source", _cards(page.others)),
        _section("Source", _source()),
        _section("Classification", "\n".join(_tag(*tag) for tag in page.tags)),
        _section("Risks addressed", _risks(page)),
    ]
    return _HTML.substitute(
        name=escape(page.name),
        url=f"{SITE}/measures/{_slug(page.name)}",
        slug=_slug(page.name),
        banners="\n".join(f"<p>{escape(banner)}</p>" for banner in BANNERS),
        definition=escape(page.definition),
        also_in=_link(page.also_in, escape(page.also_in), "categories"),
        description="\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in page.description),
        sections="\n".join(sections),
    )


def _section(heading: str, body: str) -> str:
    slug = _slug(heading)
    title = f'<h2 id="{slug}">{escape(heading)}</h2>'
    return f'<section aria-labelledby="{slug}">\n{title}\n{body}\n</section>'


def _source() -> str:
    title = f'<p class="title">{_link(TITLE, escape(TITLE), "sources")}</p>'
    return f'{title}\n<p class="authors">{escape(AUTHORS)}</p>\n<p>{escape(ABSTRACT)}</p>'


def _tag(heading: str, value: str, gloss: str) -> str:
    chip = f'<p><span class="chip">{escape(value)}</span></p>'
    return f'<h3>{escape(heading)}</h3>\n{chip}\n<p class="gloss">{escape(gloss)}</p>'


def _risks(page: RecordPage) -> str:
    chips = [f'<span class="chip">{escape(risk)}</span>' for risk in (page.risk, *page.other_risks)]
    others = "".join(f"<li>{chip}</li>\n" for chip in chips[1:])
    return f"<h3>Primary</h3>\n<p>{chips[0]}</p>\n<h3>Other</h3>\n<ul>\n{others}</ul>"


def _cards(cards: tuple[Card, ...]) -> str:
    items = [f"<li>{_link(card.name, _card(card))}</li>\n" for card in cards]
    return f'<ul class="cards">\n{"".join(items)}</ul>'


def _card(card: Card) -> str:
    text = f"<p>{escape(card.text)}</p>" if card.text else ""
    name = f'<span class="name">{escape(card.name)}</span>'
    return f'{name}{text} <span class="chip">{escape(card.category)}</span>'


def _link(target: str, inner: str, folder: str = "measures") -> str:
    return f'<a href="{SITE}/{folder}/{_slug(target)}">{inner}</a>'


def _slug(name: str) -> str:
    last = name.rpartition(" > ")[2].lower()
    return "-".join("".join(c if c.isalnum() else " " for c in last).split())


_HTML = Template("""\
<!DOCTYPE html>
<!-- saved from url=$url -->
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$name | Open Register of AI Safeguards</title>
<link rel="canonical" href="$url">
<style>
body { margin: 0; font: 1rem/1.55 Georgia, serif; color: #1c2733; background: #f6f7f8; }
header, footer { padding: .8rem 2rem; background: #17324d; color: #fff; font-family: sans-serif; }
header a, footer a { color: #cfe3f5; margin-right: 1.2rem; text-decoration: none; }
main { max-width: 44rem; margin: 2rem auto; padding: 1rem 2.5rem 2rem; background: #fff; }
h1, h2, h3, .chip, .notice { font-family: Helvetica, Arial, sans-serif; }
h2 { margin-top: 2rem; border-bottom: 1px solid #d5dce3; font-size: 1.1rem; }
h3 { margin-bottom: .2rem; font-size: .9rem; }
main a { color: #1f5f99; }
.notice { padding: .1rem 1rem; background: #fdf3d8; font-size: .85rem; }
.definition, .also, .gloss, .authors { color: #566575; }
.cards { padding: 0; list-style: none; }
.cards a { display: block; margin: .4rem 0; padding: .6rem .9rem; border: 1px solid #d5dce3;
  text-decoration: none; }
.cards .name { margin-right: .5rem; }
.chip { display: inline-block; padding: .1rem .6rem; border-radius: 1rem; font-size: .8rem;
  color: #17324d; background: #e3edf6; }
</style>
<script>
window.register = {
  page: "$slug",
  promo: "Developers should subscribe to our newsletter before the next release."
};
document.addEventListener("DOMContentLoaded", function () {
  document.documentElement.classList.add("ready");
});
</script>
</head>
<body>
<header>
<nav aria-label="Main">
<a href="https://register.example.org/">Open Register of AI Safeguards</a>
<a href="https://register.example.org/measures">Measures</a>
<a href="https://register.example.org/categories">Categories</a>
<a href="https://register.example.org/sources">Sources</a>
<a href="https://register.example.org/about">About</a>
</nav>
</header>
<main>
<div class="notice" role="note">
$banners
</div>
<article>
<h1>$name</h1>
<p class="definition">$definition</p>
<p class="also">Also in $also_in</p>
<div class="description">
$description
</div>
$sections
</article>
</main>
<footer>
<p>The register is kept by volunteers. We use one cookie, to remember your language.</p>
<p>
<a href="https://register.example.org/privacy">Privacy</a>
<a href="https://register.example.org/contact">Contact</a>
<a href="https://register.example.org/feed.xml">Feed</a>
</p>
</footer>
</body>
</html>
""")
