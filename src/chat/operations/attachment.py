"""An attachment as the application knows it.

In: an element of ``messages.attachments``, or the columns of a row. Out: ``Attachment``, and the way back to an element.
"""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A stored file in a message, with what is known about it."""

    type: str
    name: str
    storage_id: str
    mime_type: str
    size: int
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    prompt: str | None = None
    model: str | None = None
    generation_time: float | None = None


FIELDS = tuple(field.name for field in fields(Attachment))
_WHOLE = ("width", "height")
_FRACTIONAL = {"duration": "duration", "generation_time": "generationTime"}
_WORDS = ("prompt", "model")


def document_of(attachment: Attachment) -> dict[str, object]:
    """Return the element of a document that means ``attachment``; what is unknown is left out."""
    element: dict[str, object] = {
        "type": attachment.type,
        "name": attachment.name,
        "storageId": attachment.storage_id,
        "mimeType": attachment.mime_type,
        "size": attachment.size,
    }
    details = {_FRACTIONAL.get(name, name): getattr(attachment, name) for name in (*_WHOLE, *_FRACTIONAL, *_WORDS)}
    metadata = {key: value for key, value in details.items() if value is not None}
    return {**element, "metadata": metadata} if metadata else element


def attachment_of(element: object) -> Attachment | None:
    """Return the attachment that an element of a document means, None if it means none."""
    if not isinstance(element, dict):
        return None
    kind, name, mime_type = element.get("type"), element.get("name"), element.get("mimeType")
    storage_id, size = element.get("storageId"), _whole(element.get("size"))
    texts = (kind, name, mime_type, storage_id)
    if size is None or kind not in ("file", "image", "audio") or not all(isinstance(text, str) for text in texts):
        return None
    metadata = element.get("metadata")
    known = metadata if isinstance(metadata, dict) else {}
    return Attachment(
        type=str(kind),
        name=str(name),
        storage_id=str(storage_id),
        mime_type=str(mime_type),
        size=size,
        width=_whole(known.get("width")),
        height=_whole(known.get("height")),
        duration=_number(known.get("duration")),
        generation_time=_number(known.get("generationTime")),
        prompt=_text(known.get("prompt")),
        model=_text(known.get("model")),
    )


def _whole(value: object) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number.is_integer() else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
