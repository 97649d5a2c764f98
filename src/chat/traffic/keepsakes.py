"""What people keep beside their conversations: bookmarks, snippets, notes, feedback, memories, files, usage.

In: the ids of a world and an ordinal. Out: the document. Tags occur in several spellings, as people type them.
"""

from random import Random

from chat.traffic.identity import Table
from chat.traffic.messages import Messages, storage_id
from chat.traffic.options import WorldOptions
from chat.traffic.people import Document, People
from chat.traffic.text import MODELS, UNUSUAL, paragraph, person_name, title

# One tag in several spellings, hierarchies, a blank, and letters whose lower case is longer than one character.
TAGS = ("work", "Work", " work ", "WORK", "recipes/bread", "Recipes/Bread", "to read", "to  read", "straße", "İstanbul")
_RARE_TAGS = ("", "   ", UNUSUAL[0], "🏷️")
_MEMORY_CATEGORIES = ("identity", "preference", "project", "context")
FEEDBACK_TAGS = ("ui", "Performance", "billing", "models", "mobile", "unused")


def counts(options: WorldOptions) -> dict[str, int]:
    """Return how many documents each of these tables holds."""
    return {
        "bookmarks": options.messages // 25,
        "snippets": options.messages // 40,
        "notes": options.users * 2,
        "feedback": options.users // 3,
        "feedbackTags": len(FEEDBACK_TAGS),
        "memories": options.users * 3,
        "files": options.messages // 30,
        "usageRecords": options.users * 5,
        "templates": 4,
        "userStats": options.users,
        "adminSettings": 1,
        "scheduledPrompts": 0,
    }


def tags(random: Random) -> Document:
    """Return a ``tags`` field: some tags, none, null, or no field at all."""
    chance = random.random()
    if chance < 0.15:
        return {}
    if chance < 0.2:
        return {"tags": None}
    chosen = [random.choice(TAGS) for _ in range(random.randint(0, 3))]
    return {"tags": [*chosen, random.choice(_RARE_TAGS)] if random.random() < 0.04 else chosen}


class Keepsakes:
    """One method per table, each from an ordinal to a document."""

    def __init__(self, options: WorldOptions, tables: dict[str, Table], people: People, messages: Messages) -> None:
        self._options = options
        self._tables = tables
        self._people = people
        self._messages = messages

    def bookmarks(self, ordinal: int) -> Document:
        """Return a bookmark of a message."""
        created_at, random, message = self._about_a_message("bookmarks", ordinal, 25)
        note: Document = {"note": paragraph(random, 1)} if random.random() < 0.3 else {}
        return {**message, "createdAt": created_at, **note, **tags(random)}

    def snippets(self, ordinal: int) -> Document:
        """Return a snippet of text taken from a message."""
        created_at, random, message = self._about_a_message("snippets", ordinal, 40)
        return {
            "userId": message["userId"],
            "text": paragraph(random, 1),
            "sourceMessageId": message["messageId"],
            "sourceConversationId": message["conversationId"],
            "createdAt": created_at,
            **tags(random),
        }

    def notes(self, ordinal: int) -> Document:
        """Return a note of a user."""
        created_at, random = self._begin("notes", ordinal)
        content = paragraph(random, 3)
        suggested: Document = {"suggestedTags": random.sample(TAGS, 2)} if random.random() < 0.2 else {}
        return {
            "userId": self._people.user_id(ordinal // 2),
            "title": title(random),
            "content": content,
            "htmlContent": f"<p>{content}</p>",
            "isPinned": random.random() < 0.1,
            "createdAt": created_at,
            "updatedAt": created_at,
            **suggested,
            **tags(random),
        }

    def feedback(self, ordinal: int) -> Document:
        """Return a piece of feedback."""
        created_at, random = self._begin("feedback", ordinal)
        return {
            "userId": self._people.user_id(ordinal),
            "userEmail": f"someone.{ordinal}@example.com",
            "userName": person_name(random),
            "page": random.choice(("/chat", "/projects", "/settings")),
            "feedbackType": random.choice(("bug", "feature", "praise", "other")),
            "description": paragraph(random, 2),
            "status": random.choice(("new", "in-progress", "resolved")),
            "createdAt": created_at,
            "updatedAt": created_at,
            **({"aiTriage": {"suggestedPriority": "low", "confidence": 0.75}} if random.random() < 0.4 else {}),
            "tags": random.sample((*FEEDBACK_TAGS[:5], "UI", "performance "), random.randint(0, 3)),
        }

    def feedback_tags(self, ordinal: int) -> Document:
        """Return an entry of the old, miscounted dictionary of feedback tags."""
        created_at, random = self._begin("feedbackTags", ordinal)
        return {"name": FEEDBACK_TAGS[ordinal], "usageCount": float(random.randrange(9)), "createdAt": created_at}

    def memories(self, ordinal: int) -> Document:
        """Return a memory about a user; some metadata has unknown keys or is missing."""
        created_at, random = self._begin("memories", ordinal)
        metadata: Document = {"category": random.choice(_MEMORY_CATEGORIES), "importance": float(random.randint(1, 10))}
        if random.random() < 0.5:
            metadata |= {"confidence": round(random.random(), 2), "verifiedBy": "auto", "extractedAt": created_at}
        if random.random() < 0.1:
            metadata["origin"] = {"model": random.choice(MODELS), "pass": 2.0}
        return {
            "userId": self._people.user_id(ordinal // 3),
            "content": paragraph(random, 1),
            "embedding": [round(random.uniform(-1, 1), 3) for _ in range(8)],
            "createdAt": created_at,
            "updatedAt": created_at,
            **({"metadata": metadata} if random.random() < 0.97 else {}),
        }

    def files(self, ordinal: int) -> Document:
        """Return a stored file."""
        created_at, random, message = self._about_a_message("files", ordinal, 30)
        return {
            "userId": message["userId"],
            "conversationId": message["conversationId"],
            "storageId": storage_id(random),
            "name": f"upload-{ordinal}.pdf",
            "mimeType": "application/pdf",
            "size": float(random.randrange(1_000, 9_000_000)),
            "createdAt": created_at,
        }

    def usage_records(self, ordinal: int) -> Document:
        """Return what one user spent on one model on one day."""
        created_at, random = self._begin("usageRecords", ordinal)
        del created_at
        return {
            "userId": self._people.user_id(ordinal // 5),
            "date": f"2025-06-{ordinal % 5 + 1:02d}",
            "model": random.choice(MODELS),
            "inputTokens": float(random.randrange(9_000)),
            "outputTokens": float(random.randrange(9_000)),
            "cost": round(random.random(), 4),
            "messageCount": float(random.randint(1, 30)),
        }

    def templates(self, ordinal: int) -> Document:
        """Return a prompt template, a table that no migration touches."""
        created_at, random = self._begin("templates", ordinal)
        prompt = paragraph(random, 2)
        return {"name": f"Template {ordinal}", "prompt": prompt, "isBuiltIn": True, "createdAt": created_at}

    def user_stats(self, ordinal: int) -> Document:
        """Return the counters of a user, a table that no migration touches."""
        _, random = self._begin("userStats", ordinal)
        history = [{"day": float(day), "messages": float(random.randrange(20))} for day in range(3)]
        return {"userId": self._people.user_id(ordinal), "streak": float(random.randrange(9)), "history": history}

    def admin_settings(self, ordinal: int) -> Document:
        """Return the one document of settings."""
        created_at, _ = self._begin("adminSettings", ordinal)
        return {"memoryEnabled": True, "dailyLimit": 50.0, "budget": None, "updatedAt": created_at}

    def scheduled_prompts(self, ordinal: int) -> Document:
        """Return a scheduled prompt; a world has none, so that one table is empty."""
        return {"prompt": f"Prompt {ordinal}"}

    def _begin(self, table: str, ordinal: int) -> tuple[float, Random]:
        return self._tables[table].created_at(ordinal), self._tables[table].random(ordinal)

    def _about_a_message(self, table: str, ordinal: int, stride: int) -> tuple[float, Random, Document]:
        created_at, random = self._begin(table, ordinal)
        message = ordinal * stride
        conversation, _ = self._options.place_of_message(message)
        references: Document = {
            "userId": self._people.user_id(self._people.drift.membership(conversation).user),
            "messageId": self._messages.id(message),
            "conversationId": self._tables["conversations"].id(conversation),
        }
        return created_at, random, references
