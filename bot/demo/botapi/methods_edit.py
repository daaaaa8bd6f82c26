"""Owns the methods that change or remove a message.

Each function marked `@method` is the Bot API method of its name (https://core.telegram.org/bots/api#available-methods).
"""

import json

from bot.demo.botapi.calls import Call, bad_request
from bot.demo.botapi.entities import Text
from bot.demo.botapi.markup import reply_markup
from bot.demo.botapi.methods import Api, admit, caption_of, chat_of, may_write, message_of, method, text_of
from bot.demo.botapi.wire import message_json
from bot.demo.botapi.world import Json, Media, Message

DELETE_WITHIN_S = 48 * 3600


@method
def edit_message_text(api: Api, call: Call) -> Json | bool:
    body = text_of(call)
    message = _editable(api, call)
    if message.media or message.service:
        raise bad_request("there is no text in the message to edit")
    preview = call.json_object("link_preview_options") or None
    return _change(api, call, message, body, preview)


@method
def edit_message_caption(api: Api, call: Call) -> Json | bool:
    body = caption_of(call)
    message = _editable(api, call)
    if not message.media:
        raise bad_request("there is no caption in the message to edit")
    return _change(api, call, message, body, None)


@method
def edit_message_reply_markup(api: Api, call: Call) -> Json | bool:
    message = _editable(api, call)
    return _change(api, call, message, message.body, message.preview)


@method
def edit_message_media(api: Api, call: Call) -> Json | bool:
    given = call.json_object("media")
    name = str(given.get("media", ""))
    upload = call.files.get(name.removeprefix("attach://"))
    media = api.world.keep(str(given.get("type")), upload) if upload else api.world.media.get(name)
    if media is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    inner = Call(call.method, {k: v if isinstance(v, str) else json.dumps(v) for k, v in given.items()})
    body = caption_of(inner)
    return _change(api, call, _editable(api, call), body, None, media)


@method
def delete_message(api: Api, call: Call) -> bool:
    chat = chat_of(api, call)
    message = message_of(chat, call, "message to delete")
    me = chat.member(api.world.bot)
    own = message.by_bot and (chat.type != "channel" or me.may("post_messages"))
    if not own and not (chat.peer or me.may("delete_messages")):
        raise bad_request("message can't be deleted")
    if not me.may("delete_messages") and api.world.now() - message.date > DELETE_WITHIN_S:
        raise bad_request("message can't be deleted for everyone")
    message.deleted = True
    api.world.changed()
    return True


def _editable(api: Api, call: Call) -> Message:
    if inline_id := call.text("inline_message_id"):
        if (found := api.world.find_inline(inline_id)) is None:
            raise bad_request("MESSAGE_ID_INVALID")
        return found
    chat = chat_of(api, call)
    message = message_of(chat, call, "message to edit")
    me = chat.member(api.world.bot)
    others = chat.type == "channel" and me.may("edit_messages")
    if message.service or message.origin or not (message.by_bot or others):
        raise bad_request("message can't be edited")
    may_write(api, chat)
    return message


def _change(
    api: Api, call: Call, message: Message, body: Text, preview: Json | None, media: Media | None = None
) -> Json | bool:
    """Edit, unless nothing would be different. A call without `reply_markup` takes the buttons away."""
    markup = reply_markup(call)
    if markup and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    same_markup = ((markup or {}).get("inline_keyboard") or []) == message.buttons
    has_link = any(e.type in ("url", "text_link") for e in body.entities)
    same_preview = preview == message.preview or not has_link
    if body == message.body and same_markup and media is None and same_preview:
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same as a "
            "current content and reply markup of the message"
        )
    admit(api, message.chat)
    if body != message.body:
        message.edits.append(message.body)
    message.body, message.markup, message.preview = body, markup, preview
    message.media = media or message.media
    message.edited = int(api.world.now())
    api.world.changed()
    return True if message.inline_id else message_json(message)
