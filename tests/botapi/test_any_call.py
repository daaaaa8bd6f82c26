"""Whatever a client sends, a method works or fails as the Bot API does; it never breaks."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demo.botapi.calls import ApiError, Call
from bot.demo.botapi.methods import METHODS
from bot.demo.botapi.server import BotApiServer

_KEYS = [
    "inline_keyboard", "text", "url", "callback_data", "message_id", "type", "offset", "length", "id", "media",
    "command", "description", "title", "input_message_content", "message_text", "keyboard", "copy_text", "user",
]  # fmt: skip
_JSON = st.recursive(
    st.sampled_from([None, True, 0, 1, -1001, 7.5, "x", "", "<b>x</b>", "attach://f", "chat", "callback_data"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(_KEYS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
_VALUE = _JSON.map(json.dumps) | st.sampled_from(
    ["-1001", "-1002", "42", "@pactwatch", "1", "2", "HTML", "é", "[", "x" * 70]
)
_NAMES = [
    "chat_id", "from_chat_id", "message_id", "text", "caption", "parse_mode", "entities", "reply_markup",
    "reply_parameters", "message_thread_id", "link_preview_options", "photo", "document", "media", "name", "user_id",
    "commands", "scope", "language_code", "callback_query_id", "inline_query_id", "results", "action", "url",
    "secret_token", "allowed_updates", "offset", "limit", "inline_message_id",
]  # fmt: skip


@settings(max_examples=60)
@given(st.sampled_from(sorted(METHODS)), st.dictionaries(st.sampled_from(_NAMES), _VALUE, max_size=8))
def test_a_call_works_or_is_refused(method: str, params: dict[str, str]) -> None:
    server = BotApiServer(limits=None)
    server.add_channel(-1001, username="pactwatch")
    group = server.add_group(-1002, is_forum=True, bot_rights=("manage_topics", "pin_messages"))
    reader = server.add_user(42, started=True)
    server.user_sends(reader, group, "/start")
    api = server._api
    METHODS["sendmessage"](api, Call("sendMessage", {"chat_id": "-1001", "text": "a"}))
    try:
        result = METHODS[method](api, Call(method, params))
    except ApiError:
        return
    assert json.dumps(result)
