"""Owns what exists in this small Telegram: people, chats, members, topics, messages."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from bot.demo.botapi.entities import NO_TEXT, Text, to_wire
from bot.demo.botapi.http import Upload

# What an administrator may do, by the Bot API's names (ChatMemberAdministrator without its "can_").
CHANNEL_RIGHTS = ("post_messages", "edit_messages", "delete_messages", "manage_chat", "invite_users", "pin_messages")
GROUP_RIGHTS = ("delete_messages", "manage_chat", "invite_users", "pin_messages", "manage_topics", "change_info")
# What every member of a group may do unless restricted.
MEMBER_RIGHTS = ("send_messages", "send_photos", "send_documents", "send_other_messages", "add_web_page_previews")
ICON_COLOUR = 7322096

Json = dict[str, object]


@dataclass(slots=True, eq=False)
class User:
    """A person, or the bot itself."""

    id: int
    first_name: str
    language_code: str = "en"
    username: str = ""
    is_bot: bool = False
    started: bool = False  # a bot can write to those alone who wrote to it first
    blocks_bot: bool = False
    deactivated: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody's standing in a chat: creator, administrator, member, restricted, left or kicked; and their rights."""

    status: str
    rights: frozenset[str] = frozenset()

    @property
    def is_in(self) -> bool:
        return self.status not in ("left", "kicked")

    @property
    def is_admin(self) -> bool:
        return self.status in ("creator", "administrator")

    def may(self, right: str) -> bool:
        if self.status == "creator":
            return True
        if self.status == "member":
            return right in MEMBER_RIGHTS
        return right in self.rights or (self.status == "administrator" and right in MEMBER_RIGHTS)


@dataclass(slots=True, eq=False)
class Topic:
    """A thread of a forum; its id is the id of the service message that opened it."""

    id: int
    name: str
    closed: bool = False
    deleted: bool = False


@dataclass(slots=True, eq=False)
class Message:
    """A message as the chat keeps it. `body` is its text, or the caption when there is `media`."""

    id: int
    chat: "Chat" = field(repr=False)
    sender: User | None  # None for posts of a channel
    date: int
    body: Text = NO_TEXT
    markup: Json | None = None
    reply_to: "Message | None" = field(default=None, repr=False)
    topic: int = 0
    silent: bool = False
    protected: bool = False
    preview: Json | None = None  # link_preview_options as given
    media: "Media | None" = None
    origin: Json | None = None  # of a forwarded message
    service: Json | None = None  # of a service message: its one field
    edited: int = 0  # date of the last edit
    edits: list[Text] = field(default_factory=list)  # what it said before, oldest first
    deleted: bool = False
    by_bot: bool = False
    inline_id: str = ""  # of a message somebody sent through the bot: the bot may edit it by this

    @property
    def text(self) -> str:
        """The text, or the caption of a photo or file."""
        return self.body.text

    @property
    def entities(self) -> list[dict[str, object]]:
        """Entities as the Bot API gives them, offsets in UTF-16 units."""
        return to_wire(self.body)

    @property
    def buttons(self) -> list[list[Json]]:
        """Rows of the inline keyboard."""
        rows = (self.markup or {}).get("inline_keyboard", [])
        return rows if isinstance(rows, list) else []


@dataclass(frozen=True, slots=True)
class Media:
    """A photo or a file; `file_id` can be sent again."""

    kind: str  # photo, document
    file_id: str
    upload: Upload


@dataclass(slots=True, eq=False)
class Counter:
    """Message ids rise by one; private chats and small groups share the bot's counter, others have their own."""

    last: int = 0

    def next(self) -> int:
        self.last += 1
        return self.last


@dataclass(slots=True, eq=False)
class Chat:
    """A channel, supergroup, group or private chat with everything ever said in it."""

    id: int
    type: str
    title: str = ""
    username: str = ""
    is_forum: bool = False
    peer: User | None = None  # of a private chat
    counter: Counter = field(default_factory=Counter)
    members: dict[int, Member] = field(default_factory=dict, repr=False)
    topics: dict[int, Topic] = field(default_factory=dict, repr=False)
    history: dict[int, Message] = field(default_factory=dict, repr=False)
    pinned: list[int] = field(default_factory=list)
    migrated_to: int = 0
    gone: bool = False  # deleted by its owner

    @property
    def is_group(self) -> bool:
        return self.type in ("group", "supergroup")

    @property
    def is_crowd(self) -> bool:
        """Counts against the limit of messages per minute."""
        return self.type != "private"

    def message(self, message_id: int) -> Message | None:
        """The message unless it is deleted or never was."""
        found = self.history.get(message_id)
        return None if found is None or found.deleted else found

    def member(self, user: User) -> Member:
        return self.members.get(user.id, Member("left"))


@dataclass(slots=True, eq=False)
class World:
    """Everybody and everything; `changed` is called after each change."""

    bot: User
    now: Callable[[], float]
    changed: Callable[[], None]
    users: dict[int, User] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    shared_ids: Counter = field(default_factory=Counter)

    def add_user(self, user: User) -> User:
        """A person, with the private chat they may open with the bot."""
        self.users[user.id] = user
        chat = Chat(user.id, "private", peer=user, counter=self.shared_ids)
        chat.members = {user.id: Member("member"), self.bot.id: Member("member")}
        self.chats[user.id] = chat
        return user

    def add_chat(self, chat: Chat) -> Chat:
        self.chats[chat.id] = chat
        if chat.type == "group":
            chat.counter = self.shared_ids
        return chat

    def find_chat(self, name: str) -> Chat | None:
        """By numeric id or public @name."""
        if name.startswith("@"):
            same = (c for c in self.chats.values() if c.username and c.username.lower() == name[1:].lower())
            return next(same, None)
        try:
            return self.chats.get(int(name))
        except ValueError:
            return None

    def find_inline(self, inline_id: str) -> Message | None:
        """A message sent through the bot, by the id the bot knows it under."""
        everything = (m for chat in self.chats.values() for m in chat.history.values())
        return next((m for m in everything if m.inline_id == inline_id and not m.deleted), None)

    def put(self, chat: Chat, sender: User | None, body: Text, **rest: object) -> Message:
        """A new message at the end of the chat."""
        message = Message(chat.counter.next(), chat, sender, int(self.now()), body, **rest)  # type: ignore[arg-type]
        chat.history[message.id] = message
        self.changed()
        return message

    def put_service(self, chat: Chat, sender: User | None, what: Json) -> Message:
        """A service message ("pinned a message", "created the topic"); it takes an id like any other."""
        return self.put(chat, sender, NO_TEXT, service=what)

    def keep(self, kind: str, upload: Upload) -> Media:
        """A file under a new file_id."""
        media = Media(kind, f"{kind}-{len(self.media) + 1}", upload)
        self.media[media.file_id] = media
        return media


def rights(status: str, names: Collection[str]) -> Member:
    """A member with rights named as the Bot API does, with or without "can_"."""
    return Member(status, frozenset(name.removeprefix("can_") for name in names))
