"""Models on their way: pulled, downloaded, created, pushed; paused, resumed, never lost.

manager.py   Transfers: starts them, stops them, tells how they stand
entry.py     one transfer: its job, its state, how fast it is
jobs.py      what is to be done, and how it is written down
board.py     who is told what, and how often
saved.py     the file in which unfinished ones outlive the app
"""

from __future__ import annotations

from gui.models.transfers.jobs import CreateJob, Job, PullJob, PushJob
from gui.models.transfers.manager import Connect, Patience, Transfers

__all__ = ["Connect", "CreateJob", "Job", "Patience", "PullJob", "PushJob", "Transfers"]
