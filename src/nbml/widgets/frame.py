"""What every panel answers whatever its rooms: who is there, which job, which language, which modules."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from nbml.jobs.opening import handle_of
from nbml.spec.messages.base import Request
from nbml.spec.messages.handing_on import HandedOn, HandOn
from nbml.spec.messages.session import (
    CloseJob,
    FigureModule,
    Hello,
    ModuleSent,
    OpenJob,
    PanelModule,
    SetLanguage,
    SetRoom,
    StopJob,
)
from nbml.widgets.bridge import Handler
from nbml.widgets.modules import figure_module, panel_module
from nbml.widgets.progress import Progress
from nbml.widgets.session import LATEST, Session
from nbml.widgets.warming import WARMING


def hello(session: Session, request: Hello, progress: Progress) -> object:
    """Tell a view all it needs to draw the panel."""
    session.suggest_language(request.language)
    WARMING.tell(session)
    return LATEST


def open_job(session: Session, request: OpenJob, progress: Progress) -> object:
    """Show a job."""
    session.watch(request.job_id)
    return LATEST


def close_job(session: Session, request: CloseJob, progress: Progress) -> None:
    """Show no job any more."""
    session.unwatch()


def stop_job(session: Session, request: StopJob, progress: Progress) -> None:
    """Stop a job; a second time changes nothing."""
    handle_of(request.job_id, session.settings).cancel()


def set_language(session: Session, request: SetLanguage, progress: Progress) -> object:
    """Speak another language."""
    session.speak(request.language)
    WARMING.tell(session)
    return LATEST


def set_room(session: Session, request: SetRoom, progress: Progress) -> None:
    """Remember the room in front."""
    session.publish(room=request.room)


def send_figures(session: Session, request: FigureModule, progress: Progress) -> ModuleSent:
    """Send the module that draws figures."""
    return _sent(figure_module(), progress)


def send_panel(session: Session, request: PanelModule, progress: Progress) -> ModuleSent:
    """Send the panel's own module and style."""
    return _sent(panel_module(), progress)


def send_file(session: Session, request: HandOn, progress: Progress) -> HandedOn:
    """Hand a finished job on."""
    from nbml.widgets.handing_on import hand_on

    return hand_on(session, request, progress)


def _sent(text: str, progress: Progress) -> ModuleSent:
    count = progress.send_text(text)
    return ModuleSent(chunks=count, characters=len(text), sha256=sha256(text.encode()).hexdigest())


HANDLERS: Mapping[type[Request], Handler] = {
    Hello: hello,
    OpenJob: open_job,
    CloseJob: close_job,
    StopJob: stop_job,
    SetLanguage: set_language,
    SetRoom: set_room,
    FigureModule: send_figures,
    PanelModule: send_panel,
    HandOn: send_file,
}
