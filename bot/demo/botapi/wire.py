"""Owns the shape of what is answered: the Bot API's objects as JSON."""

from bot.demo.botapi.entities import to_wire
from bot.demo.botapi.world import ICON_COLOUR, MEMBER_RIGHTS, Chat, Json, Media, Member, Message, User

_ADMIN = ["manage_chat", "delete_messages", "manage_video_chats", "restrict_members", "promote_members"]
_ADMIN += ["change_info", "invite_users", "post_stories", "edit_stories", "delete_stories"]
_ADMIN_CHANNEL = ("post_messages", "edit_messages")
_ADMIN_GROUP = ("pin_messages", "manage_topics")
_RESTRICTED = ["send_messages", "send_audios", "send_documents", "send_photos", "send_videos", "send_video_notes"]
_RESTRICTED += ["send_voice_notes", "send_polls", "send_other_messages", "add_web_page_previews", "change_info"]
_RESTRICTED += ["invite_users", "pin_messages", "manage_topics", "edit_tag", "react_to_messages"]


def user_json(user: User) -> Json:
    """User; what is empty is left out."""
    wire: Json = {"id": user.id, "is_bot": user.is_bot, "first_name": user.first_name}
    if user.username:
        wire["username"] = user.username
    if user.language_code and not user.is_bot:
        wire["language_code"] = user.language_code
    return wire


def me_json(user: User) -> Json:
    """User as getMe gives it."""
    flags = ("can_join_groups", "supports_inline_queries", "can_connect_to_business", "has_main_web_app")
    return {**user_json(user), **dict.fromkeys(flags, True), "can_read_all_group_messages": False}


def chat_json(chat: Chat) -> Json:
    """Chat; a private chat carries the names of the other side."""
    wire: Json = {"id": chat.id, "type": chat.type}
    if chat.peer:
        return {**{k: v for k, v in user_json(chat.peer).items() if k in ("first_name", "username")}, **wire}
    wire["title"] = chat.title
    if chat.username:
        wire["username"] = chat.username
    if chat.is_forum:
        wire["is_forum"] = True
    return wire


def chat_full_json(chat: Chat) -> Json:
    """ChatFullInfo, with the newest pinned message."""
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    wire = {
        **chat_json(chat),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }
    if chat.is_group:
        wire["permissions"] = {f"can_{right}": right in MEMBER_RIGHTS for right in _RESTRICTED}
    pinned = chat.message(chat.pinned[-1]) if chat.pinned else None
    if pinned:
        wire["pinned_message"] = message_json(pinned)
    return wire


def message_json(message: Message, *, with_reply: bool = True) -> Json:
    """Message, or what is left of a deleted one (InaccessibleMessage)."""
    if message.deleted:
        return {"chat": chat_json(message.chat), "message_id": message.id, "date": 0}
    wire: Json = {"message_id": message.id, "chat": chat_json(message.chat), "date": message.date}
    wire |= {"from": user_json(message.sender)} if message.sender else {"sender_chat": chat_json(message.chat)}
    wire |= message.service or {}
    wire |= _content(message)
    optional: Json = {
        "edit_date": message.edited,
        "reply_markup": message.markup if message.buttons else None,
        "has_protected_content": message.protected,
        "link_preview_options": message.preview,
        "forward_origin": message.origin,
    }
    wire |= {key: value for key, value in optional.items() if value}
    if message.topic:
        wire |= {"message_thread_id": message.topic, "is_topic_message": True}
    if message.reply_to and with_reply:
        wire["reply_to_message"] = message_json(message.reply_to, with_reply=False)
    return wire


def _content(message: Message) -> Json:
    entities = to_wire(message.body)
    name = "caption" if message.media else "text"
    wire: Json = {name: message.text} if message.text else {}
    if entities:
        wire["caption_entities" if message.media else "entities"] = entities
    return wire | (_media(message.media) if message.media else {})


def _media(media: Media) -> Json:
    file: Json = {"file_id": media.file_id, "file_unique_id": f"u-{media.file_id}", "file_size": len(media.upload.body)}
    if media.kind == "photo":
        return {"photo": [{**file, "width": 1280, "height": 720}]}
    return {"document": {**file, "file_name": media.upload.name, "mime_type": media.upload.content_type}}


def member_json(user: User, member: Member, chat: Chat) -> Json:
    """ChatMember of the kind its status asks for."""
    wire: Json = {"user": user_json(user), "status": member.status}
    match member.status:
        case "creator":
            wire["is_anonymous"] = False
        case "administrator":
            names = [*_ADMIN, *(_ADMIN_CHANNEL if chat.type == "channel" else _ADMIN_GROUP)]
            wire |= {"can_be_edited": False, "is_anonymous": False}
            wire |= {f"can_{name}": name in member.rights for name in names}
        case "restricted":
            wire |= {"is_member": True, "until_date": 0}
            wire |= {f"can_{name}": name in member.rights for name in _RESTRICTED}
        case "kicked":
            wire["until_date"] = 0
    return wire


def bot_moved_json(bot: User, chat: Chat, by: User, date: int, change: tuple[Member, Member]) -> Json:
    """ChatMemberUpdated about the bot itself: what it was before and is now."""
    old, new = (member_json(bot, member, chat) for member in change)
    head: Json = {"chat": chat_json(chat), "from": user_json(by), "date": date}
    return {**head, "old_chat_member": old, "new_chat_member": new}


def topic_json(topic_id: int, name: str) -> Json:
    """ForumTopic."""
    return {"message_thread_id": topic_id, "name": name, "icon_color": ICON_COLOUR}


def origin_json(message: Message) -> Json:
    """MessageOrigin of what is forwarded."""
    if message.origin:
        return message.origin
    if message.chat.type == "channel":
        return {"type": "channel", "date": message.date, "chat": chat_json(message.chat), "message_id": message.id}
    sender = user_json(message.sender) if message.sender else {}
    return {"type": "user", "date": message.date, "sender_user": sender}
