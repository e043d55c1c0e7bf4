"""Two made-up companies on the emulated Deepgram: projects, people, and keys as people leave them behind.

Ids are the same at every start, so what was written down about them yesterday still fits today.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from playground.deepgram.state import SECRET_PREFIX, Account, Project, State

# (name, who is in it besides the service accounts: e-mail name → role)
CLINIC = "alder-finch.example"
STUDIO = "kuestenfunk.example"
PEOPLE = {
    CLINIC: {
        "ingrid.alder": ("Ingrid", "Alder", "owner"),
        "tomas.finch": ("Tomás", "Finch", "owner"),
        "priya.raman": ("Priya", "Raman", "admin"),
        "li.wei": ("李", "伟", "member"),
        "s.okafor": ("Somto", "Okafor", "member"),
        "dmitri": ("Дмитрий", "Соколов", "member"),
    },
    STUDIO: {
        "maren.kuester": ("Maren", "Küster", "owner"),
        "haruka.sato": ("佐藤", "遥", "admin"),
        "y.haddad": ("ياسمين", "حداد", "member"),
        "jonas": ("Jonas", "", "member"),
    },
}
PROJECTS = {
    CLINIC: ("production", "staging", "research", "call-summary", "Голосовая почта"),
    STUDIO: ("Küstenfunk · Untertitel", "字幕テスト", "مركز الاتصال", "Fruit Company"),
}


@dataclass(frozen=True)
class KeyNote:
    """A key made in the console: who made it, how many days ago, when it ends (in days; negative is past)."""

    comment: str
    maker: str
    age: int
    end: int | None = None
    scopes: tuple[str, ...] = ("usage:write",)
    tags: tuple[str, ...] = ()
    per_day: int = 0


KEYS: dict[str, tuple[KeyNote, ...]] = {
    "production": (
        KeyNote("prod ivr - DO NOT DELETE", "ingrid.alder", 611, scopes=("member",), per_day=60),
        KeyNote("transcriber blue", "priya.raman", 88, 12, tags=("prod", "ivr"), per_day=140),
        KeyNote("transcriber green", "priya.raman", 3, 87, tags=("prod", "ivr"), per_day=90),
        KeyNote("grafana usage dashboard", "tomas.finch", 240, scopes=("usage:read",)),
        KeyNote("old laptop (li wei)", "li.wei", 402),
        KeyNote("pen test June", "tomas.finch", 160, -131, scopes=("admin",), per_day=8),
    ),
    "staging": (
        KeyNote("staging", "s.okafor", 133, per_day=25),
        KeyNote("staging copy", "s.okafor", 132),
        KeyNote("ci", "priya.raman", 75, 15, tags=("ci",), per_day=40),
        KeyNote("test test", "dmitri", 9, 1, per_day=3),
    ),
    "research": (
        KeyNote("whisper vs nova benchmark", "li.wei", 57, -27, per_day=30),
        KeyNote("notebook Дмитрий", "dmitri", 40, 50, scopes=("member",), per_day=6),
    ),
    "call-summary": (
        KeyNote("summary worker, customer Birch & Co", "priya.raman", 30, 60, tags=("customer:birch",), per_day=50),
        KeyNote("summary worker, customer Nordlicht", "priya.raman", 30, 60, tags=("customer:nordlicht",), per_day=20),
    ),
    "Голосовая почта": (KeyNote("голосовая почта — прод", "dmitri", 300, per_day=35),),
    "Küstenfunk · Untertitel": (
        KeyNote("Untertitel live 📺", "maren.kuester", 95, per_day=70),
        KeyNote("jonas lokal", "jonas", 21, 9, per_day=4),
        KeyNote("", "maren.kuester", 700),
    ),
    "字幕テスト": (KeyNote("字幕 検証用(消してよい)", "haruka.sato", 14, 16, per_day=10),),
    "Fruit Company": (
        KeyNote("Apple hotline", "maren.kuester", 120, tags=("apple",), per_day=45),
        KeyNote("Apple voice bot", "jonas", 45, 45, tags=("apple", "bot"), per_day=20),
        KeyNote("Banana podcasts", "haruka.sato", 80, tags=("banana",), per_day=30),
        KeyNote("Pear trial", "haruka.sato", 12, 18, tags=("pear",), per_day=8),
        KeyNote("fruit salad demo", "jonas", 60, tags=("apple", "banana"), per_day=5),
        KeyNote("internal dashboards", "maren.kuester", 200, tags=("internal",), per_day=12),
        KeyNote("nobody knows", "jonas", 300, per_day=6),
    ),
    "مركز الاتصال": (KeyNote("مفتاح مركز الاتصال", "y.haddad", 66, 24, tags=("callcenter",), per_day=55),),
}
INVITES = {"staging": {f"contractor.lopez@{CLINIC}": "member"}, "字幕テスト": {"ren.mori@partner.example": "admin"}}
SERVICE_ACCOUNTS = {"owner": "keydesk-owner", "admin": "keydesk", "member": "keydesk-limited"}


def seed(state: State) -> dict[str, str]:
    """Fill a state and return the secrets of the management keys, by the role of their creator."""
    services = {
        role: state.add_account(Account(f"{name}@{CLINIC}", "Keydesk", "Service", made_up_id(name)))
        for role, name in SERVICE_ACCOUNTS.items()
    }
    everywhere = {account.account_id: [role] for role, account in services.items()}
    for company, names in PROJECTS.items():
        people = _employ(state, company)
        for name in names:
            project = state.add_project(Project(made_up_id(name), name, members=dict(everywhere)))
            for account, role in people.values():
                project.members[account.account_id] = [role]
            project.invites |= INVITES.get(name, {})
            _leave_keys(state, project, {maker: account for maker, (account, _) in people.items()})
    return {role: _management_key(state, role, account) for role, account in services.items()}


def seed_beside(state: State, company: str, projects: tuple[str, ...], role: str = "admin") -> str:
    """Add a company of its own, in whose projects no service account of `seed` is, and return its service's secret."""
    service = state.add_account(Account(f"keydesk@{company}", "Keydesk", "Service", made_up_id(f"keydesk {company}")))
    owner = state.add_account(Account(f"owner@{company}", "Robin", "Harbour", made_up_id(f"owner {company}")))
    for name in projects:
        members = {service.account_id: [role], owner.account_id: ["owner"]}
        project = state.add_project(Project(made_up_id(f"{company} {name}"), name, members=members))
        state.add_key(
            project, owner.account_id, f"{name} live", ("usage:write",), key_id=made_up_id(f"{company} {name} 0")
        )
    return _management_key(state, role, service, home=made_up_id(f"{company} {projects[0]}"))


def _employ(state: State, company: str) -> dict[str, tuple[Account, str]]:
    return {
        name: (state.add_account(Account(f"{name}@{company}", first, last, made_up_id(name))), role)
        for name, (first, last, role) in PEOPLE[company].items()
    }


def _leave_keys(state: State, project: Project, people: dict[str, Account]) -> None:
    for number, note in enumerate(KEYS[project.name]):
        state.add_key(
            project,
            people[note.maker].account_id,
            note.comment,
            note.scopes,
            tags=note.tags,
            created=state.now() - timedelta(days=note.age, minutes=17 * number),
            expiration_date=None if note.end is None else state.now() + timedelta(days=note.end),
            key_id=made_up_id(f"{project.name} {number}"),
            per_day=note.per_day,
        )


def _management_key(state: State, role: str, account: Account, home: str | None = None) -> str:
    project = state.projects[home] if home is not None else next(iter(state.projects.values()))
    name = role if home is None else f"{account.email} {role}"
    secret = SECRET_PREFIX + hashlib.sha256(f"keydesk playground {name}".encode()).hexdigest()[:40]
    comment = f"Keydesk ({role} role)"
    state.add_key(project, account.account_id, comment, [role], secret=secret, key_id=made_up_id(f"key {name}"))
    return secret


def made_up_id(name: str) -> str:
    """Return an id that this name always has."""
    return str(uuid5(NAMESPACE_URL, f"keydesk-playground:{name}"))
