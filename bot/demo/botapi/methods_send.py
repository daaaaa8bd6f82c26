"""Owns the methods that put a message into a chat.

Each function marked `@method` is the Bot API method of its name (https://core.telegram.org/bots/api#available-methods).
"""

from bot.demo.botapi.calls import Call, bad_request
from bot.demo.botapi.entities import Text
from bot.demo.botapi.http import Upload
from bot.demo.botapi.markup import only_inline, reply_markup
from bot.demo.botapi.methods import (
    Api,
    admit,
    caption_of,
    chat_of,
    may_write,
    message_of,
    method,
    reply_of,
    text_of,
    thread_of,
)
from bot.demo.botapi.wire import message_json, origin_json
from bot.demo.botapi.world import Chat, Json, Media, Message

MAX_PHOTO_BYTES = 10_485_760
MAX_PHOTO_SIDES = 10_000


@method
def send_message(api: Api, call: Call) -> Json:
    body = text_of(call)
    preview = call.json_object("link_preview_options")
    return message_json(_send(api, call, body, preview=preview or None))


@method
def send_photo(api: Api, call: Call) -> Json:
    media = _file(api, call, "photo")
    return message_json(_send(api, call, caption_of(call), right="send_photos", media=media))


@method
def send_document(api: Api, call: Call) -> Json:
    media = _file(api, call, "document")
    return message_json(_send(api, call, caption_of(call), right="send_documents", media=media))


@method
def forward_message(api: Api, call: Call) -> Json:
    chat, source = chat_of(api, call), chat_of(api, call, "from_chat_id")
    original = message_of(source, call, "message to forward")
    if original.protected or original.service:
        raise bad_request("the message can't be forwarded")
    topic = thread_of(chat, call)
    may_write(api, chat)
    admit(api, chat)
    rest = {"media": original.media, "origin": origin_json(original), "topic": topic, "preview": original.preview}
    return message_json(_put(api, chat, call, original.body, **rest))


@method
def copy_message(api: Api, call: Call) -> Json:
    original = message_of(chat_of(api, call, "from_chat_id"), call, "message to copy")
    if original.protected or original.service:
        raise bad_request("the message can't be copied")
    body = original.body
    if "caption" in call.params and original.media:
        body = caption_of(call)
    sent = _send(api, call, body, media=original.media, preview=original.preview)
    return {"message_id": sent.id}


def _send(
    api: Api,
    call: Call,
    body: Text,
    *,
    right: str = "send_messages",
    media: Media | None = None,
    preview: Json | None = None,
) -> Message:
    """Every check in Telegram's order (text, keyboard, chat, topic, reply, rights, flood), then the message."""
    markup = reply_markup(call)
    chat = chat_of(api, call)
    only_inline(markup, chat)
    topic = thread_of(chat, call)
    reply_to = reply_of(chat, call)
    may_write(api, chat, right)
    if topic and chat.topics[topic].closed and not chat.member(api.world.bot).may("manage_topics"):
        raise bad_request("TOPIC_CLOSED")
    admit(api, chat)
    return _put(api, chat, call, body, markup=markup, topic=topic, reply_to=reply_to, media=media, preview=preview)


def _put(api: Api, chat: Chat, call: Call, body: Text, **rest: object) -> Message:
    sender = None if chat.type == "channel" else api.world.bot
    flags = {"silent": call.flag("disable_notification"), "protected": call.flag("protect_content"), "by_bot": True}
    return api.world.put(chat, sender, body, **flags, **rest)


def _file(api: Api, call: Call, name: str) -> Media:
    given = call.text(name)
    upload = call.files.get(given.removeprefix("attach://")) if given.startswith("attach://") else call.files.get(name)
    if upload is not None:
        return _kept(api, name, upload)
    if not given:
        raise bad_request(f"there is no {name} in the request")
    if given in api.world.media:
        return api.world.media[given]
    if given.startswith(("http://", "https://")):  # this Telegram has no network
        raise bad_request("failed to get HTTP URL content")
    raise bad_request("invalid file_id: wrong remote file identifier specified: Wrong string length")


def _kept(api: Api, kind: str, upload: Upload) -> Media:
    if not upload.body:
        raise bad_request("file must be non-empty")
    if kind == "photo" and not upload.body.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")):
        raise bad_request("IMAGE_PROCESS_FAILED")
    if kind == "photo":
        _measured(upload.body)
    return api.world.keep(kind, upload)


def _measured(picture: bytes) -> None:
    """A photo has at most 10 MB, and (of a PNG we can tell) no more than 10,000 pixels of width and height together
    and a twentieth of one in the other (https://core.telegram.org/bots/api#sendphoto)."""
    if len(picture) > MAX_PHOTO_BYTES:
        size = f"file of size {len(picture)} bytes is too big for a photo"
        raise bad_request(f"{size}; the maximum size is {MAX_PHOTO_BYTES} bytes")
    if picture[12:16] != b"IHDR" or len(picture) < 24:
        return
    sides = sorted((int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")))
    if sum(sides) > MAX_PHOTO_SIDES or sides[1] > 20 * sides[0]:
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
