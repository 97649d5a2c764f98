"""Text that reads like what people write to an assistant.

In: random numbers. Out: names, titles, sentences and, now and then, strings that break naive software.
"""

from random import Random

FIRST_NAMES = (
    "Amara",
    "Bruno",
    "Chiara",
    "Dmitri",
    "Elif",
    "Fatima",
    "Goran",
    "Hana",
    "Kwame",
    "Lucía",
    "Søren",
    "Tomoko",
)
LAST_NAMES = ("Adeyemi", "Bauer", "Castro", "Dubois", "Eriksson", "García", "Haddad", "Ivanova", "Kimura", "Novák")
TOPICS = (
    "the quarterly budget",
    "a trip to Lisbon",
    "sourdough starters",
    "a flaky integration test",
    "the birthday speech",
    "Rust lifetimes",
    "a cover letter",
    "growing tomatoes on a balcony",
    "the onboarding guide",
    "slow queries on the orders table",
    "a bedtime story about a lighthouse",
    "German adjective endings",
    "the marathon training plan",
    "a lease agreement",
    "noise cancelling headphones",
    "a logo for the bakery",
)
TITLES = ("Questions about {}", "Draft: {}", "Help with {}", "{}, second attempt", "Ideas for {}", "Notes on {}")
PROJECT_NAMES = ("Home", "Thesis", "Client work", "Recipes", "Side project", "Learning", "Travel", "Garden", "Finance")
MODELS = (
    "openai:gpt-4o",
    "openai:gpt-4o-mini",
    "anthropic:claude-sonnet-4",
    "google:gemini-2.0-flash",
    "groq:llama-3.3-70b",
    "gpt-3.5-turbo",
)
_SENTENCES = (
    "I have been thinking about {} since last week.",
    "Could you summarise what matters most about {}?",
    "There are three things to keep in mind with {}.",
    "First, look at what changed recently and write it down.",
    "A short list usually helps more than a long explanation.",
    "That is a fair point, and it depends on how much time you have.",
    "Here is a version of {} that is easier to read.",
    "Please keep it under two hundred words.",
    "If that fails, start again from a smaller example.",
    "In practice {} takes longer than people expect.",
)
# Line and paragraph separators, joined emoji, combining marks, right-to-left text, a character beyond 16 bits.
UNUSUAL = (
    "first\u2028second\u2029third",
    "family 👩‍👩‍👧‍👦 and flag 🏳️‍🌈",
    "re\u0301sume\u0301 next to résumé",
    "שלום עולם and back",
    "𝒳 ≠ 𝒴, naïve café, 日本語のテキスト",
    "tab\there, quote \" and backslash \\ and 'single'",
    "next\u0085line, zero\u200bwidth, %s {} $1 {{x}}",
)


def person_name(random: Random) -> str:
    """Return a first and a last name."""
    return f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}"


def title(random: Random) -> str:
    """Return the title of a conversation or note; one in forty is an unusual string."""
    if random.random() < 0.025:
        return random.choice(UNUSUAL)
    return random.choice(TITLES).format(random.choice(TOPICS))


def paragraph(random: Random, sentences: int) -> str:
    """Return so many sentences about one topic; one paragraph in forty ends in an unusual string."""
    topic = random.choice(TOPICS)
    text = " ".join(random.choice(_SENTENCES).format(topic) for _ in range(sentences))
    return f"{text}\n\n{random.choice(UNUSUAL)}" if random.random() < 0.025 else text
