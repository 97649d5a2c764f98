"""Messages of a world, with attachments, tool calls and sources.

In: the ids of a world and an ordinal. Out: the document.

Most nested values are as the application writes them. One message in twenty carries an odd one of each family in turn
(``ODD_ATTACHMENTS``, ``ODD_CALLS``, ``ODD_SOURCES``), so that any world of a thousand messages holds every oddity.
"""

from collections import Counter
from collections.abc import Callable
from json import dumps
from random import Random

from chat.traffic.identity import STORAGE_TABLE_NUMBER, Table, document_id
from chat.traffic.options import WorldOptions
from chat.traffic.people import Document, People
from chat.traffic.text import MODELS, UNUSUAL, paragraph

_MINUTE_MS = 60_000.0
_TOOLS = ("web_search", "calculator", "fetch_page", "weather")
_KINDS = (
    ("image", "image/png", "png"),
    ("image", "image/jpeg", "jpg"),
    ("file", "application/pdf", "pdf"),
    ("audio", "audio/mpeg", "mp3"),
)
_DOMAINS = ("example.com", "en.wikipedia.org", "docs.python.org", "news.example.org", "xn--bcher-kva.example")


class Messages:
    """The documents of the messages, with a count of the nested elements that were written."""

    def __init__(self, options: WorldOptions, tables: dict[str, Table], people: People) -> None:
        self._options = options
        self._messages = tables["messages"]
        self._conversations = tables["conversations"]
        self._people = people
        self.elements: Counter[str] = Counter()
        self.oddities: Counter[str] = Counter()

    def created_at(self, message: int) -> float:
        """Return when a message was written: minutes after its conversation began."""
        conversation, number = self._options.place_of_message(message)
        return self._conversations.created_at(conversation) + number * 90_000.0

    def id(self, message: int) -> str:
        """Return the id of a message."""
        return self._messages.id(message, self.created_at(message))

    def message(self, message: int) -> Document:
        """Return the document of a message; one in fifty has no user."""
        conversation, number = self._options.place_of_message(message)
        created_at = self.created_at(message)
        random = self._messages.random(message)
        document: Document = {
            "conversationId": self._conversations.id(conversation),
            "role": "assistant" if number % 2 else "user",
            "content": paragraph(random, random.choice((1, 1, 2, 4))),
            "status": "complete" if random.random() < 0.97 else "error",
            "createdAt": created_at,
            "updatedAt": created_at + (_MINUTE_MS if number % 2 else 0.0),
        }
        if message % 50 != 17:
            document["userId"] = self._people.user_id(self._people.drift.membership(conversation).user)
        document.update(_generation(random, created_at) if number % 2 else {})
        document.update(self._nested(message, bool(number % 2), random, created_at))
        self.elements.update({key: len(value) for key, value in document.items() if isinstance(value, list)})
        return document

    def _nested(self, message: int, answers: bool, random: Random, created_at: float) -> Document:
        """Return the nested fields; everything that is not chosen is missing, or sometimes an empty array."""
        families: tuple[tuple[int, tuple[tuple[str, Callable[[Random, float], Document]], ...]], ...] = (
            (3, ODD_ATTACHMENTS),
            (11, ODD_CALLS),
            (19, ODD_SOURCES),
        )
        for remainder, family in families:
            if message % 60 == remainder:
                name, odd = family[message // 60 % len(family)]
                self.oddities[name] += 1
                return odd(random, created_at)
        if not answers:
            return _attachments_of_question(random)
        calls = [call(random, created_at) for _ in range(random.randint(1, 3))] if random.random() < 0.15 else None
        cited = _cited(random, created_at) if random.random() < 0.12 else {}
        return {**({} if calls is None else {"toolCalls": calls}), **cited}


def attachment(random: Random) -> Document:
    """Return an attachment as the application writes it."""
    kind, mime_type, ending = random.choice(_KINDS)
    element: Document = {
        "type": kind,
        "name": f"{random.choice(('scan', 'photo', 'Bericht', 'notes', '図'))}-{random.randrange(1000)}.{ending}",
        "storageId": storage_id(random),
        "mimeType": mime_type,
        "size": float(random.randrange(1_000, 5_000_000)),
    }
    if kind == "image":
        element["metadata"] = {"width": float(random.choice((640, 1024, 1920))), "height": 768.0}
        if random.random() < 0.3:
            element["metadata"] = {"prompt": paragraph(random, 1), "model": "dall-e-3", "generationTime": 7.25}
    elif kind == "audio":
        element["metadata"] = {"duration": round(random.uniform(1, 300), 2)}
    return element


def storage_id(random: Random) -> str:
    """Return the id of a stored file."""
    return document_id(STORAGE_TABLE_NUMBER, random.randbytes(16))


def call(random: Random, moment: float) -> Document:
    """Return a finished tool call as the application writes it."""
    return {
        "id": f"call_{random.getrandbits(72):018x}",
        "name": random.choice(_TOOLS),
        "arguments": dumps({"query": paragraph(random, 1)[:60], "limit": random.randrange(1, 9)}),
        "result": dumps({"items": [random.randrange(100) for _ in range(3)], "ok": True}),
        "timestamp": moment + 1500.0,
        "textPosition": float(random.randrange(400)),
    }


def _attachments_of_question(random: Random) -> Document:
    chance = random.random()
    if chance < 0.15:
        return {"attachments": [attachment(random) for _ in range(random.choice((1, 1, 1, 2, 3)))]}
    return {"attachments": []} if chance < 0.2 else {}


def _generation(random: Random, moment: float) -> Document:
    tokens = float(random.randrange(20, 900))
    return {
        "model": random.choice(MODELS),
        "inputTokens": float(random.randrange(50, 4000)),
        "outputTokens": tokens,
        "cost": round(tokens / 20_000, 4),
        "generationStartedAt": moment,
        "generationCompletedAt": moment + 4200.0,
    }


def _cited(random: Random, moment: float) -> Document:
    numbers = [str(number + 1) for number in range(random.randint(1, 4))]
    domains = [random.choice(_DOMAINS) for _ in numbers]
    sources = [
        {"id": number, "title": f"Result {number}", "url": f"https://{domain}/page/{random.randrange(500)}"}
        for number, domain in zip(numbers, domains, strict=True)
    ]
    details = [
        {"sourceId": number, "domain": domain, "ogTitle": f"Page on {domain}", "fetchedAt": moment}
        for number, domain in zip(numbers, domains, strict=True)
    ]
    return {"sources": sources, "sourceMetadata": details[: random.randint(0, len(details))]}


def _with(changes: Document) -> Callable[[Random, float], Document]:
    """Return a maker of two attachments, the second of which has these fields changed."""
    return lambda random, _moment: {"attachments": [attachment(random), {**attachment(random), **changes}]}


def _without_storage(random: Random, _moment: float) -> Document:
    element = attachment(random)
    del element["storageId"]
    return {"attachments": [element, attachment(random)]}


def _same_file_twice(random: Random, _moment: float) -> Document:
    element = attachment(random)
    return {"attachments": [element, dict(element), attachment(random)]}


def _call_with(changes: Document) -> Callable[[Random, float], Document]:
    """Return a maker of one sound tool call and one with these fields changed."""
    return lambda random, moment: {"toolCalls": [call(random, moment), {**call(random, moment), **changes}]}


def _call_in_both(random: Random, moment: float) -> Document:
    shared = call(random, moment)
    partial = {key: value for key, value in shared.items() if key != "result"}
    return {"toolCalls": [shared], "partialToolCalls": [partial, call(random, moment)]}


def _call_id_repeats(random: Random, moment: float) -> Document:
    first = call(random, moment)
    return {"toolCalls": [first, {**call(random, moment), "id": first["id"]}]}


def _sources_with(url: str) -> Callable[[Random, float], Document]:
    return lambda _random, _moment: {"sources": [{"id": "1", "title": "A page", "url": url}], "sourceMetadata": []}


Oddity = tuple[str, Callable[[Random, float], Document]]

ODD_ATTACHMENTS: tuple[Oddity, ...] = (
    ("attachment with unknown keys", _with({"uploadedBy": "mobile", "exif": {"iso": 200.0, "lens": None}})),
    ("attachment with a size in words", _with({"size": "big"})),
    ("attachment with a fractional size", _with({"size": 10.5})),
    ("attachment with null metadata", _with({"metadata": None})),
    ("attachment with metadata in words", _with({"metadata": "1024x768"})),
    ("attachment with unknown metadata", _with({"metadata": {"width": 640.0, "dpi": 300.0, "tags": ["a", "A "]}})),
    ("attachment with width in words", _with({"metadata": {"width": "640px", "height": 480.0}})),
    ("attachment of unknown type", _with({"type": "video"})),
    ("attachment with unusual name", _with({"name": UNUSUAL[0] + UNUSUAL[1]})),
    ("attachment without storage id", _without_storage),
    ("attachment twice", _same_file_twice),
    ("attachments of other shapes", lambda random, _: {"attachments": [None, attachment(random), "a.png", 3.0, []]}),
    ("attachments null", lambda _random, _moment: {"attachments": None}),
    ("attachments not an array", lambda random, _: {"attachments": attachment(random)}),
)
ODD_CALLS: tuple[Oddity, ...] = (
    ("call with arguments cut off", _call_with({"arguments": '{"query": "unfinish'})),
    ("call with empty arguments", _call_with({"arguments": ""})),
    ("call with a NUL escape", _call_with({"arguments": '{"query": "a\\u0000b"}'})),
    ("call with repeated keys", _call_with({"arguments": '{"a": 1, "a": 2.50, "big": 12345678901234567890}'})),
    ("call with a result in words", _call_with({"result": "Error: timed out\u2028retry"})),
    ("call with an object for arguments", _call_with({"arguments": {"query": "raw"}})),
    ("call in both arrays", _call_in_both),
    ("call id repeats", _call_id_repeats),
    ("partial calls only", lambda random, moment: {"toolCalls": [], "partialToolCalls": [call(random, moment)]}),
    ("calls null", lambda _random, _moment: {"toolCalls": None, "partialToolCalls": []}),
)
ODD_SOURCES: tuple[Oddity, ...] = (
    ("source with no URL", _sources_with("not a url")),
    ("source with a broken URL", _sources_with("http://[::1/path?q=%zz")),
    ("source with an empty URL", _sources_with("")),
    ("source with a unicode URL", _sources_with("https://bücher.example/straße?q=☕#ß")),
)
