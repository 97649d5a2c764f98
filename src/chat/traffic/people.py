"""Users, projects and conversations of a world.

In: the ids and the drift of a world, and an ordinal. Out: the document, with the field names of the document database.
"""

from functools import lru_cache
from random import Random

from chat.traffic.drift import STRANGER, Drift
from chat.traffic.identity import Table
from chat.traffic.options import WorldOptions
from chat.traffic.text import FIRST_NAMES, MODELS, PROJECT_NAMES, paragraph, person_name, title

Document = dict[str, object]
_HOUR_MS = 3_600_000.0


class People:
    """The documents that say who has which conversations."""

    def __init__(self, options: WorldOptions, tables: dict[str, Table]) -> None:
        self._options = options
        self._users = tables["users"]
        self._projects = tables["projects"]
        self._conversations = tables["conversations"]
        self.drift = Drift(options, self._projects, self._conversations)
        self.user_id = lru_cache(maxsize=4096)(self._user_id)

    def user(self, user: int) -> Document:
        """Return the document of a user, preferences included."""
        created_at = self._users.created_at(user)
        random = self._users.random(user)
        name = person_name(random)
        document: Document = {
            "clerkId": f"user_{random.getrandbits(80):020x}",
            "email": f"{name.split()[0].lower()}.{user}@example.com",
            "name": name,
            "createdAt": created_at,
            "updatedAt": created_at + random.randrange(90) * _HOUR_MS,
            **({"preferences": preferences(random)} if random.random() < 0.95 else {}),
        }
        if random.random() < 0.5:
            document["imageUrl"] = f"https://img.example.com/{random.getrandbits(64):016x}.png"
        if random.random() < 0.7:
            document["dailyMessageCount"] = float(random.randrange(40))
            document["lastMessageDate"] = f"2025-{random.randint(1, 12):02d}-{random.randint(1, 28):02d}"
        return document

    def project(self, project: int) -> Document:
        """Return the document of a project, with the array of its conversations as it has drifted."""
        created_at = self._projects.created_at(project)
        random = self._projects.random(project)
        document: Document = {
            "userId": self.user_id(project // self._options.projects_per_user),
            "name": f"{random.choice(PROJECT_NAMES)} {project % self._options.projects_per_user + 1}",
            "createdAt": created_at,
            "updatedAt": created_at + random.randrange(2000) * _HOUR_MS,
            **self.drift.array_fields(project),
        }
        if random.random() < 0.4:
            document["description"] = paragraph(random, 1)
        if random.random() < 0.3:
            document["systemPrompt"] = paragraph(random, 2)
        if random.random() < 0.3:
            document["isTemplate"] = random.random() < 0.1
        return document

    def conversation(self, conversation: int) -> Document:
        """Return the document of a conversation; one in seventeen miscounts its messages."""
        created_at = self._conversations.created_at(conversation)
        random = self._conversations.random(conversation)
        membership = self.drift.membership(conversation)
        count = self._options.message_count(conversation)
        last = created_at + max(count - 1, 0) * 90_000.0
        document: Document = {
            "userId": self.user_id(membership.user),
            "title": title(random),
            "model": random.choice(MODELS),
            "pinned": random.random() < 0.05,
            "archived": random.random() < 0.1,
            "starred": random.random() < 0.05,
            "lastMessageAt": last,
            "createdAt": created_at,
            "updatedAt": last,
            **membership.fields,
        }
        if conversation % 23:
            document["messageCount"] = float(count + 3 if conversation % 17 == 0 else count)
        if random.random() < 0.4:
            document["tokenUsage"] = _token_usage(random, last)
        if random.random() < 0.05:
            document["systemPrompt"] = paragraph(random, 1)
        return document

    def _user_id(self, user: int) -> str:
        return self._users.ghost(0) if user == STRANGER else self._users.id(user)


def preferences(random: Random) -> Document:
    """Return the preferences of a user: most keys are optional, some are unknown to the application."""
    chosen: Document = {"theme": random.choice(("light", "dark")), "sendOnEnter": random.random() < 0.8}
    optional: Document = {
        "defaultModel": random.choice(MODELS),
        "favoriteModels": random.sample(MODELS, 2),
        "recentModels": random.sample(MODELS, 3),
        "newChatModelSelection": random.choice(("fixed", "recent")),
        "codeTheme": "github-dark",
        "fontSize": random.choice(("small", "medium", "large")),
        "chatWidth": random.choice(("narrow", "standard", "wide", "full")),
        "alwaysShowMessageActions": True,
        "sttEnabled": False,
        "ttsSpeed": random.choice((0.75, 1.0, 1.25)),
        "reasoning": {"showByDefault": True, "autoExpand": False},
        "customInstructions": {
            "aboutUser": paragraph(random, 1),
            "responseStyle": "",
            "enabled": random.random() < 0.5,
            "nickname": random.choice(FIRST_NAMES),
        },
        "betaSidebar": {"pinned": [], "width": 240.0},
    }
    chosen.update((key, value) for key, value in optional.items() if random.random() < 0.45)
    return chosen


def _token_usage(random: Random, moment: float) -> Document:
    messages = float(random.randrange(12_000))
    return {
        "systemTokens": 120.0,
        "messagesTokens": messages,
        "memoriesTokens": 80.0,
        # Some totals were written before the memories were counted: drift that a later migration has to settle.
        "totalTokens": messages + (200.0 if random.random() < 0.9 else 120.0),
        "contextLimit": 128_000.0,
        "lastCalculatedAt": moment,
    }
