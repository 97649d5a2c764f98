"""Which conversations a project holds, in both forms.

In: nothing. Out: one ``Operation`` for each thing that can be done to a membership.
"""

from chat.operations import memberships_by_document as by_document
from chat.operations import memberships_by_rows as by_rows
from chat.operations.pairing import Operation

add_conversation = Operation(name="add_conversation", old=by_document.add_by_document, new=by_rows.add_by_rows)
assign_conversations = Operation(name="assign_conversations", old=by_document.assign_by_document, new=by_rows.assign_by_rows)
move_conversation = Operation(name="move_conversation", old=by_document.move_by_document, new=by_rows.move_by_rows)
remove_conversation = Operation(name="remove_conversation", old=by_document.remove_by_document, new=by_rows.remove_by_rows)
list_conversations = Operation(name="list_conversations", old=by_document.list_by_document, new=by_rows.list_by_rows)
count_conversations = Operation(name="count_conversations", old=by_document.count_by_document, new=by_rows.count_by_rows)
conversations_added_since = Operation(
    name="conversations_added_since", old=by_document.added_since_by_document, new=by_rows.added_since_by_rows
)
