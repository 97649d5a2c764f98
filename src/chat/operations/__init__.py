"""What the chat application does, by entity, in its old form (over documents) and its new form (over rows).

In: a psycopg connection, ids, and the time. Out: the change is made, whole or not at all. Every operation runs in a
transaction of its own, or in a savepoint of the caller's.
"""

from chat.operations.attachment import Attachment
from chat.operations.attachments import (
    add_attachment,
    attachments_of_conversation,
    attachments_of_file,
    list_attachments,
    remove_attachment,
    rename_attachment,
)
from chat.operations.conversations import (
    create_conversation,
    delete_conversation,
    delete_conversations,
    rename_conversation,
)
from chat.operations.errors import BelongsToAnotherProject, NotFound, OperationRefused, OwnerDiffers
from chat.operations.memberships import (
    add_conversation,
    assign_conversations,
    conversations_added_since,
    count_conversations,
    list_conversations,
    move_conversation,
    remove_conversation,
)
from chat.operations.messages import create_message, delete_message, edit_message
from chat.operations.pairing import Form, Operation
from chat.operations.projects import create_project, delete_project, rename_project
from chat.operations.retry import retrying

OPERATIONS: dict[str, Operation[..., object]] = {
    operation.name: operation
    for operation in (
        create_project,
        rename_project,
        delete_project,
        create_conversation,
        rename_conversation,
        delete_conversation,
        delete_conversations,
        add_conversation,
        remove_conversation,
        assign_conversations,
        move_conversation,
        list_conversations,
        count_conversations,
        conversations_added_since,
        create_message,
        edit_message,
        delete_message,
        add_attachment,
        remove_attachment,
        rename_attachment,
        list_attachments,
        attachments_of_conversation,
        attachments_of_file,
    )
}
"""Every operation by name."""

__all__ = [
    "OPERATIONS",
    "Attachment",
    "BelongsToAnotherProject",
    "Form",
    "NotFound",
    "Operation",
    "OperationRefused",
    "OwnerDiffers",
    "add_attachment",
    "add_conversation",
    "assign_conversations",
    "attachments_of_conversation",
    "attachments_of_file",
    "conversations_added_since",
    "count_conversations",
    "create_conversation",
    "create_message",
    "create_project",
    "delete_conversation",
    "delete_conversations",
    "delete_message",
    "delete_project",
    "edit_message",
    "list_attachments",
    "list_conversations",
    "move_conversation",
    "remove_attachment",
    "remove_conversation",
    "rename_attachment",
    "rename_conversation",
    "rename_project",
    "retrying",
]
