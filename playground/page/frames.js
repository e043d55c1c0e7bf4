// What the server pushes, and who takes it.

const TAKEN = {
  message: (session, frame) => session.takeMessage({ ...frame.message, channel: frame.channel }, { isNew: true }),
  message_changed: (session, frame) => session.takeMessage({ ...frame.message, channel: frame.channel }),
  message_deleted: (session, frame) => session.removeMessage(frame.channel, frame.ts),
  ephemeral: (session, frame) => session.takeMessage({ ...frame.message, channel: frame.channel, ephemeral: true }),
  ephemeral_replaced: (session, frame) => (frame.message
    ? session.takeMessage({ ...frame.message, channel: frame.channel, ephemeral: true })
    : session.removeMessage(frame.channel, frame.ts)),
  view_opened: (session, frame) => session.modals.open(frame.view),
  view_pushed: (session, frame) => session.modals.open(frame.view),
  view_updated: (session, frame) => session.modals.update(frame.view),
  views_closed: (session, frame) => session.modals.drop(frame.view_ids),
  home_published: (session, frame) => session.publishHome(frame.view),
  channel_changed: (session, frame) => session.workspace.learnChannel(frame.channel),
  clock: (session, frame) => session.workspace.moveClock(frame.offset_seconds),
  bot: (session, frame) => session.learnBot(frame),
  // An error frame repeats what the request that failed was answered; its asker shows it in place.
};

/** Hand a frame to whoever takes it; one that is not known is left alone. */
export function takeFrame(session, frame) {
  if (Object.hasOwn(TAKEN, frame.type)) TAKEN[frame.type](session, frame);
}
