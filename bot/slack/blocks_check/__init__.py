"""Would Slack accept these blocks? An offline answer: for the ladder of refused blocks, tests and the emulated Slack.

Limits: docs.slack.dev/reference/block-kit, the sources of slack_sdk and ``@slack/types``, and what people measured
(bolt-js#2867 for the length of a whole message). Lengths are counted in Unicode code points.
"""

from bot.slack.blocks_check.report import Problem
from bot.slack.blocks_check.whole import problems_of_block, problems_of_message, problems_of_view

__all__ = ["Problem", "problems_of_block", "problems_of_message", "problems_of_view"]
