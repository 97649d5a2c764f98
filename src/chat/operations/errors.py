"""What the application refuses to do.

In: nothing. Out: the errors of the operations, part of the tree of ``unnest``; the caller shows their message to the user.
"""

from unnest import Refused


class OperationRefused(Refused):
    """The application does not do this; nothing was changed."""


class NotFound(OperationRefused):
    """A document that the operation needs does not exist (any more)."""

    def __init__(self, kind: str, document_id: str) -> None:
        super().__init__(f"There is no {kind} '{document_id}': it was deleted, or the id is wrong. Reload and try again.")


class BelongsToAnotherProject(OperationRefused):
    """A conversation is to be added to a project while it is in another."""

    def __init__(self, conversation_id: str, holder_id: str, project_id: str) -> None:
        super().__init__(
            f"Conversation '{conversation_id}' belongs to project '{holder_id}' and was not added to '{project_id}'."
            " Move it instead, or remove it from its project first."
        )


class OwnerDiffers(OperationRefused):
    """A conversation and a project have different owners: nobody may see another's conversation."""

    def __init__(self, conversation_id: str, project_id: str) -> None:
        super().__init__(
            f"Conversation '{conversation_id}' and project '{project_id}' belong to different users."
            " Choose a project of the conversation's owner."
        )
