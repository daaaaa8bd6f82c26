"""Owns the methods about chats: looking at them, pinning, topics, leaving.

Each function marked `@method` is the Bot API method of its name (https://core.telegram.org/bots/api#available-methods).
"""

from bot.demo.botapi.calls import Call, bad_request
from bot.demo.botapi.methods import Api, chat_of, may_write, message_of, method
from bot.demo.botapi.wire import chat_full_json, member_json, message_json, topic_json
from bot.demo.botapi.world import ICON_COLOUR, Chat, Json, Member, Message, Topic, User

ACTIONS = {"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice"}
ACTIONS |= {"upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note"}


@method
def get_chat(api: Api, call: Call) -> Json:
    return chat_full_json(chat_of(api, call))


@method
def get_chat_member(api: Api, call: Call) -> Json:
    chat = chat_of(api, call)
    user = _user(api, call)
    _may_list_members(api, chat)
    return member_json(user, chat.member(user), chat)


@method
def get_chat_administrators(api: Api, call: Call) -> list[Json]:
    chat = chat_of(api, call)
    if chat.peer:
        raise bad_request("there are no administrators in the private chat")
    _may_list_members(api, chat)
    people = {**api.world.users, api.world.bot.id: api.world.bot}
    return [member_json(people[i], m, chat) for i, m in chat.members.items() if m.is_admin and i in people]


@method
def get_chat_member_count(api: Api, call: Call) -> int:
    return sum(member.is_in for member in chat_of(api, call).members.values())


@method
def pin_chat_message(api: Api, call: Call) -> bool:
    chat = chat_of(api, call)
    message = message_of(chat, call, "message to pin")
    _may_pin(api, chat)
    if message.id in chat.pinned:
        chat.pinned.remove(message.id)
    chat.pinned.append(message.id)
    _pin_note(api, chat, message)
    return True


@method
def unpin_chat_message(api: Api, call: Call) -> bool:
    chat = chat_of(api, call)
    _may_pin(api, chat)
    pinned = message_of(chat, call, "message to unpin").id if call.text("message_id") else 0
    if pinned in chat.pinned:
        chat.pinned.remove(pinned)
    elif not pinned and chat.pinned:
        chat.pinned.pop()
    api.world.changed()
    return True


@method
def unpin_all_chat_messages(api: Api, call: Call) -> bool:
    chat = chat_of(api, call)
    _may_pin(api, chat)
    chat.pinned.clear()
    api.world.changed()
    return True


@method
def create_forum_topic(api: Api, call: Call) -> Json:
    chat = _forum(api, call, "create a topic")
    name = call.text("name").strip()
    if not 1 <= len(name) <= 128:
        raise bad_request("TOPIC_TITLE_EMPTY" if not name else "TOPIC_TITLE_INVALID")
    colour = call.number("icon_color") or ICON_COLOUR
    made = {"forum_topic_created": {"name": name, "icon_color": colour}}
    note = api.world.put_service(chat, api.world.bot, dict(made))
    note.topic, note.by_bot = note.id, True
    chat.topics[note.id] = Topic(note.id, name)
    return topic_json(note.id, name)


@method
def edit_forum_topic(api: Api, call: Call) -> bool:
    topic = _topic(api, call, "edit the topic")
    topic.name = call.text("name") or topic.name
    return True


@method
def close_forum_topic(api: Api, call: Call) -> bool:
    topic = _topic(api, call, "close the topic")
    if topic.closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.closed = True
    return True


@method
def reopen_forum_topic(api: Api, call: Call) -> bool:
    topic = _topic(api, call, "reopen the topic")
    if not topic.closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.closed = False
    return True


@method
def delete_forum_topic(api: Api, call: Call) -> bool:
    topic = _topic(api, call, "delete the topic")
    remove_topic(chat_of(api, call), topic)
    api.world.changed()
    return True


def remove_topic(chat: Chat, topic: Topic) -> None:
    """The topic goes, and everything said in it."""
    topic.deleted = True
    for message in chat.history.values():
        message.deleted |= message.topic == topic.id


@method
def send_chat_action(api: Api, call: Call) -> bool:
    if call.text("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = chat_of(api, call)
    thread = call.number("message_thread_id")
    if thread and (thread not in chat.topics or chat.topics[thread].deleted):
        raise bad_request("message thread not found")
    may_write(api, chat)
    api.actions.append((chat.id, call.text("action")))
    api.world.changed()
    return True


@method
def leave_chat(api: Api, call: Call) -> bool:
    chat = chat_of(api, call)
    if chat.peer:
        raise bad_request("chat member status can't be changed in private chats")
    chat.members[api.world.bot.id] = Member("left")
    api.world.changed()
    return True


def _user(api: Api, call: Call) -> User:
    if (number := call.number("user_id")) <= 0:
        raise bad_request("invalid user_id specified")
    if number == api.world.bot.id:
        return api.world.bot
    if number not in api.world.users:
        raise bad_request("user not found")
    return api.world.users[number]


def _may_list_members(api: Api, chat: Chat) -> None:
    if chat.type == "channel" and not chat.member(api.world.bot).is_admin:
        raise bad_request("member list is inaccessible")


def _may_pin(api: Api, chat: Chat) -> None:
    right = "edit_messages" if chat.type == "channel" else "pin_messages"
    if not chat.peer and not chat.member(api.world.bot).may(right):
        raise bad_request("not enough rights to manage pinned messages in the chat")


def _pin_note(api: Api, chat: Chat, message: Message) -> None:
    sender = None if chat.type == "channel" else api.world.bot
    note = api.world.put_service(chat, sender, {"pinned_message": message_json(message, with_reply=False)})
    note.by_bot = True


def _forum(api: Api, call: Call, what: str) -> Chat:
    chat = chat_of(api, call)
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    if not chat.member(api.world.bot).may("manage_topics"):
        raise bad_request(f"not enough rights to {what}")
    return chat


def _topic(api: Api, call: Call, what: str) -> Topic:
    chat = _forum(api, call, what)
    topic = chat.topics.get(call.number("message_thread_id"))
    if topic is None or topic.deleted:
        raise bad_request("TOPIC_ID_INVALID")
    return topic
