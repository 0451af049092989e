import { channelInputs } from '@seal-chat/protocol/api';
import { asDevice, directProcedure, router, sessionProcedure } from '../trpc/init.ts';
import type { Channels } from './channels.ts';

/** Creates the procedures of channels and of the delivery service of their MLS groups. */
export function createChannelsRouter(channels: Channels) {
  const { directory, members, keyPackages, commits, sender, log } = channels;
  return router({
    create: sessionProcedure
      .input(channelInputs.create)
      .mutation(({ ctx, input }) => directory.create(ctx.session, input)),
    update: sessionProcedure
      .input(channelInputs.update)
      .mutation(({ ctx, input }) => directory.update(ctx.session, input.conversationId, input.name, input.description)),
    browse: sessionProcedure
      .input(channelInputs.browse)
      .query(({ ctx, input }) => directory.browse(ctx.session, input.query, input.after, input.limit)),
    join: sessionProcedure
      .input(channelInputs.join)
      .mutation(({ ctx, input }) => directory.join(ctx.session, input.conversationId)),
    invite: sessionProcedure
      .input(channelInputs.invite)
      .mutation(({ ctx, input }) => directory.invite(ctx.session, input.conversationId, input.userIds)),
    decline: sessionProcedure
      .input(channelInputs.decline)
      .mutation(({ ctx, input }) => directory.decline(ctx.session, input.conversationId)),
    invitations: sessionProcedure
      .input(channelInputs.invitations)
      .query(({ ctx }) => directory.invitations(ctx.session)),

    add: sessionProcedure
      .input(channelInputs.add)
      .mutation(({ ctx, input }) => members.add(ctx.session, input.conversationId, input.userIds)),
    remove: sessionProcedure
      .input(channelInputs.remove)
      .mutation(({ ctx, input }) => members.remove(ctx.session, input.conversationId, input.userId)),
    setRole: sessionProcedure
      .input(channelInputs.setRole)
      .mutation(({ ctx, input }) => members.setRole(ctx.session, input.conversationId, input.userId, input.role)),
    leave: sessionProcedure
      .input(channelInputs.leave)
      .mutation(({ ctx, input }) => members.leave(ctx.session, input.conversationId)),

    publishKeyPackages: sessionProcedure
      .input(channelInputs.publishKeyPackages)
      .mutation(({ ctx, input }) => keyPackages.publish(ctx.session, input)),
    keyPackageStatus: sessionProcedure
      .input(channelInputs.keyPackageStatus)
      .query(({ ctx }) => keyPackages.status(ctx.session)),
    claimKeyPackages: sessionProcedure
      .input(channelInputs.claimKeyPackages)
      .mutation(({ ctx, input }) => keyPackages.claim(ctx.session, input)),

    group: sessionProcedure
      .input(channelInputs.group)
      .query(({ ctx, input }) => log.group(ctx.session, input.conversationId)),
    heads: sessionProcedure.input(channelInputs.heads).query(({ ctx }) => log.heads(ctx.session)),
    log: sessionProcedure
      .input(channelInputs.log)
      .query(({ ctx, input }) => log.log(ctx.session, input.conversationId, input.after, input.limit)),
    commit: sessionProcedure
      .input(channelInputs.commit)
      .mutation(({ ctx, input }) => commits.commit(ctx.session, input)),
    send: directProcedure
      .input(channelInputs.send)
      .mutation(({ ctx, input }) =>
        asDevice(ctx, { path: 'channels.send', counted: 'within' }, (session) => sender.send(session, input)),
      ),
    report: sessionProcedure
      .input(channelInputs.report)
      .mutation(({ ctx, input }) => commits.report(ctx.session, input)),
    reset: sessionProcedure.input(channelInputs.reset).mutation(({ ctx, input }) => commits.reset(ctx.session, input)),
  });
}
