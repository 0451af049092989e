-- Tables, indexes and references as in schema.prisma; what Prisma does not know of comes last.

-- CreateEnum
CREATE TYPE "prekey_kind" AS ENUM ('signed', 'oneTime', 'kemOneTime', 'kemLastResort');

-- CreateEnum
CREATE TYPE "conversation_kind" AS ENUM ('dm', 'channel', 'self');

-- CreateEnum
CREATE TYPE "member_role" AS ENUM ('owner', 'admin', 'member');

-- CreateEnum
CREATE TYPE "mailbox_entry_kind" AS ENUM ('message', 'retry-request', 'welcome');

-- CreateEnum
CREATE TYPE "channel_visibility" AS ENUM ('public', 'private');

-- CreateEnum
CREATE TYPE "log_entry_kind" AS ENUM ('message', 'commit', 'reset');

-- CreateTable
CREATE TABLE "tenants" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "limits" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tenants_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "publishable_keys" (
    "key" TEXT NOT NULL,
    "tenant_id" UUID NOT NULL,
    "allowed_origins" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "publishable_keys_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "rate_counters" (
    "key" VARCHAR(255) NOT NULL,
    "points" INTEGER NOT NULL,
    "expire" BIGINT,
    -- A key is `<tenant id>:<limit>:<subject>`.
    "tenant_id" UUID GENERATED ALWAYS AS (substr("key", 1, 36)::uuid) STORED,

    CONSTRAINT "rate_counters_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "write_probes" (
    "id" INTEGER NOT NULL,
    "filler" BYTEA NOT NULL,

    CONSTRAINT "write_probes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "users" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "username" TEXT,
    "username_key" TEXT COLLATE "C",
    "username_skeleton" TEXT,
    "identity_key" BYTEA NOT NULL,
    "list_version" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "device_lists" (
    "tenant_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "bytes" BYTEA NOT NULL,
    "signature" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "device_lists_pkey" PRIMARY KEY ("tenant_id","user_id","version")
);

-- CreateTable
CREATE TABLE "devices" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "dh_key" BYTEA NOT NULL,
    "sign_key" BYTEA NOT NULL,
    "registration_id" BIGINT NOT NULL,
    "added_in" INTEGER NOT NULL,
    "checkpoint_rev" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removed_at" TIMESTAMPTZ(3),
    "seen_on" DATE NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "devices_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "challenges" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "nonce" BYTEA NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "challenges_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "access_hash" BYTEA NOT NULL,
    "access_expires_at" TIMESTAMPTZ(3) NOT NULL,
    "refresh_hash" BYTEA NOT NULL,
    "refresh_expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "used_refresh_tokens" (
    "tenant_id" UUID NOT NULL,
    "hash" BYTEA NOT NULL,
    "session_id" UUID NOT NULL,
    "used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "used_refresh_tokens_pkey" PRIMARY KEY ("tenant_id","hash")
);

-- CreateTable
CREATE TABLE "vaults" (
    "tenant_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "bytes" BYTEA NOT NULL,
    "signature" BYTEA NOT NULL,

    CONSTRAINT "vaults_pkey" PRIMARY KEY ("tenant_id","user_id")
);

-- CreateTable
CREATE TABLE "vault_methods" (
    "tenant_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "method_id" UUID NOT NULL,
    "kind" SMALLINT NOT NULL,
    "position" SMALLINT NOT NULL,
    "unlock_key" BYTEA NOT NULL,
    "record" BYTEA NOT NULL,

    CONSTRAINT "vault_methods_pkey" PRIMARY KEY ("tenant_id","user_id","method_id")
);

-- CreateTable
CREATE TABLE "key_shares" (
    "tenant_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "sender_device_id" UUID NOT NULL,
    "envelope" BYTEA NOT NULL,

    CONSTRAINT "key_shares_pkey" PRIMARY KEY ("tenant_id","device_id")
);

-- CreateTable
CREATE TABLE "links" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "links_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "link_steps" (
    "tenant_id" UUID NOT NULL,
    "link_id" UUID NOT NULL,
    "step" SMALLINT NOT NULL,
    "payload" BYTEA NOT NULL,

    CONSTRAINT "link_steps_pkey" PRIMARY KEY ("tenant_id","link_id","step")
);

-- CreateTable
CREATE TABLE "current_prekeys" (
    "tenant_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "kind" "prekey_kind" NOT NULL,
    "key_id" BIGINT NOT NULL,
    "public_key" BYTEA NOT NULL,
    "signature" BYTEA NOT NULL,

    CONSTRAINT "current_prekeys_pkey" PRIMARY KEY ("tenant_id","device_id","kind")
);

-- CreateTable
CREATE TABLE "one_time_prekeys" (
    "tenant_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "kind" "prekey_kind" NOT NULL,
    "key_id" BIGINT NOT NULL,
    "public_key" BYTEA NOT NULL,
    "signature" BYTEA NOT NULL,

    CONSTRAINT "one_time_prekeys_pkey" PRIMARY KEY ("tenant_id","device_id","kind","key_id")
);

-- CreateTable
CREATE TABLE "spent_prekeys" (
    "tenant_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "kind" "prekey_kind" NOT NULL,
    "key_id" BIGINT NOT NULL,
    "digest" BYTEA NOT NULL,
    "spent_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "spent_prekeys_pkey" PRIMARY KEY ("tenant_id","device_id","kind","key_id")
);

-- CreateTable
CREATE TABLE "conversations" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "kind" "conversation_kind" NOT NULL,
    "dm_low" UUID,
    "dm_high" UUID,
    "last_seq" BIGINT NOT NULL DEFAULT 0,
    "last_at" TIMESTAMPTZ(3),
    "emptied_seq" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "conversations_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "memberships" (
    "tenant_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role" "member_role" NOT NULL DEFAULT 'member',
    "delivered_seq" BIGINT NOT NULL DEFAULT 0,
    "tells_presence" BOOLEAN NOT NULL DEFAULT true,
    "joined_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "memberships_pkey" PRIMARY KEY ("tenant_id","conversation_id","user_id")
);

-- CreateTable
CREATE TABLE "messages" (
    "tenant_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "message_id" UUID NOT NULL,
    "sender_user_id" UUID NOT NULL,
    "sender_device_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "body" BYTEA NOT NULL,
    "body_hash" BYTEA,
    "expires_at" TIMESTAMPTZ(3),
    "kind" "log_entry_kind" NOT NULL DEFAULT 'message',
    "incarnation" BIGINT,
    "epoch" BIGINT,
    "envelope" BYTEA,

    CONSTRAINT "messages_pkey" PRIMARY KEY ("tenant_id","conversation_id","seq")
);

-- CreateTable
CREATE TABLE "mailboxes" (
    "tenant_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "head" BIGINT NOT NULL DEFAULT 0,
    "acked" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "mailboxes_pkey" PRIMARY KEY ("tenant_id","device_id")
);

-- CreateTable
CREATE TABLE "mailbox_entries" (
    "tenant_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "position" BIGINT NOT NULL,
    "kind" "mailbox_entry_kind" NOT NULL,
    "conversation_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "envelope" BYTEA,
    "requester_device_id" UUID,

    CONSTRAINT "mailbox_entries_pkey" PRIMARY KEY ("tenant_id","device_id","position")
);

-- CreateTable
CREATE TABLE "closed_mailboxes" (
    "tenant_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,

    CONSTRAINT "closed_mailboxes_pkey" PRIMARY KEY ("tenant_id","device_id")
);

-- CreateTable
CREATE TABLE "tenant_storage" (
    "tenant_id" UUID NOT NULL,
    "shard" SMALLINT NOT NULL,
    "bytes" BIGINT NOT NULL,

    CONSTRAINT "tenant_storage_pkey" PRIMARY KEY ("tenant_id","shard")
);

-- CreateTable
CREATE TABLE "retry_requests" (
    "tenant_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "device_id" UUID NOT NULL,
    "requests" SMALLINT NOT NULL DEFAULT 1,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "answered_at" TIMESTAMPTZ(3),

    CONSTRAINT "retry_requests_pkey" PRIMARY KEY ("tenant_id","conversation_id","seq","device_id")
);

-- CreateTable
CREATE TABLE "channel_groups" (
    "tenant_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "visibility" "channel_visibility" NOT NULL,
    "name" TEXT,
    "name_key" TEXT,
    "name_skeleton" TEXT,
    "description" TEXT,
    "suite" BIGINT NOT NULL,
    "incarnation" BIGINT NOT NULL DEFAULT 0,
    "epoch" BIGINT NOT NULL DEFAULT 0,
    "epoch_seq" BIGINT NOT NULL DEFAULT 0,
    "group_info" BYTEA NOT NULL,
    "authenticator" BYTEA NOT NULL,
    "is_reported" BOOLEAN NOT NULL DEFAULT false,
    "may_remove" BOOLEAN NOT NULL DEFAULT true,
    "may_add" BOOLEAN NOT NULL DEFAULT true,

    CONSTRAINT "channel_groups_pkey" PRIMARY KEY ("tenant_id","conversation_id"),
    CONSTRAINT "channel_groups_names" CHECK (
      ("visibility" = 'public') = ("name" IS NOT NULL) AND ("name" IS NULL) = ("name_key" IS NULL)
      AND ("name" IS NULL) = ("name_skeleton" IS NULL)
      AND ("name" IS NULL) = ("description" IS NULL))
);

-- CreateTable
CREATE TABLE "channel_commits" (
    "tenant_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "commit" BYTEA NOT NULL,
    "welcome" BYTEA,
    "added_users" UUID[],
    "added_devices" UUID[],
    "removed_devices" UUID[],
    "authenticator" BYTEA NOT NULL,
    "is_external" BOOLEAN NOT NULL,

    CONSTRAINT "channel_commits_pkey" PRIMARY KEY ("tenant_id","conversation_id","seq")
);

-- CreateTable
CREATE TABLE "channel_leaves" (
    "tenant_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,

    CONSTRAINT "channel_leaves_pkey" PRIMARY KEY ("tenant_id","conversation_id","device_id")
);

-- CreateTable
CREATE TABLE "invitations" (
    "tenant_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "inviter_user_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "invitations_pkey" PRIMARY KEY ("tenant_id","conversation_id","user_id")
);

-- CreateTable
CREATE TABLE "key_packages" (
    "tenant_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "ref" BYTEA NOT NULL,
    "bytes" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "key_packages_pkey" PRIMARY KEY ("tenant_id","device_id","ref")
);

-- CreateTable
CREATE TABLE "last_resort_key_packages" (
    "tenant_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "ref" BYTEA NOT NULL,
    "bytes" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "last_resort_key_packages_pkey" PRIMARY KEY ("tenant_id","device_id")
);

-- CreateTable
CREATE TABLE "spent_key_packages" (
    "tenant_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "ref" BYTEA NOT NULL,
    "spent_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "spent_key_packages_pkey" PRIMARY KEY ("tenant_id","device_id","ref")
);

-- CreateTable
CREATE TABLE "attachments" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "size" BIGINT NOT NULL,
    "parts" INTEGER NOT NULL,
    "stored_parts" INTEGER NOT NULL DEFAULT 0,
    "message_seq" BIGINT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "attachments_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "attachment_parts" (
    "tenant_id" UUID NOT NULL,
    "attachment_id" UUID NOT NULL,
    "part" INTEGER NOT NULL,
    "ciphertext" BYTEA NOT NULL,

    CONSTRAINT "attachment_parts_pkey" PRIMARY KEY ("tenant_id","attachment_id","part")
);

-- CreateIndex
CREATE INDEX "publishable_keys_tenant_id_idx" ON "publishable_keys"("tenant_id");

-- CreateIndex
CREATE INDEX "rate_counters_expire_idx" ON "rate_counters"("expire");

-- CreateIndex
CREATE INDEX "rate_counters_tenant_id_idx" ON "rate_counters"("tenant_id");

-- CreateIndex
CREATE INDEX "used_refresh_tokens_used_at_idx" ON "used_refresh_tokens"("used_at");

-- CreateIndex
CREATE INDEX "links_tenant_id_device_id_idx" ON "links"("tenant_id", "device_id");

-- CreateIndex
CREATE INDEX "spent_prekeys_spent_at_idx" ON "spent_prekeys"("spent_at");

-- CreateIndex
CREATE INDEX "spent_key_packages_spent_at_idx" ON "spent_key_packages"("spent_at");

-- CreateIndex
CREATE INDEX "conversations_tenant_id_dm_high_idx" ON "conversations"("tenant_id", "dm_high");

-- CreateIndex
CREATE INDEX "invitations_tenant_id_inviter_user_id_idx" ON "invitations"("tenant_id", "inviter_user_id");

-- CreateIndex
CREATE INDEX "mailbox_entries_tenant_id_conversation_id_seq_idx" ON "mailbox_entries"("tenant_id", "conversation_id", "seq");

-- CreateIndex
CREATE INDEX "retry_requests_tenant_id_device_id_idx" ON "retry_requests"("tenant_id", "device_id");

-- CreateIndex
CREATE UNIQUE INDEX "users_tenant_id_username_key_key" ON "users"("tenant_id", "username_key");

-- CreateIndex
CREATE UNIQUE INDEX "users_tenant_id_username_skeleton_key" ON "users"("tenant_id", "username_skeleton");

-- CreateIndex
CREATE INDEX "devices_tenant_id_user_id_idx" ON "devices"("tenant_id", "user_id");

-- CreateIndex
CREATE INDEX "challenges_expires_at_idx" ON "challenges"("expires_at");

-- CreateIndex
CREATE INDEX "sessions_tenant_id_device_id_idx" ON "sessions"("tenant_id", "device_id");

-- CreateIndex
CREATE INDEX "sessions_refresh_expires_at_idx" ON "sessions"("refresh_expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "sessions_tenant_id_access_hash_key" ON "sessions"("tenant_id", "access_hash");

-- CreateIndex
CREATE UNIQUE INDEX "sessions_tenant_id_refresh_hash_key" ON "sessions"("tenant_id", "refresh_hash");

-- CreateIndex
CREATE INDEX "used_refresh_tokens_tenant_id_session_id_idx" ON "used_refresh_tokens"("tenant_id", "session_id");

-- CreateIndex
CREATE INDEX "links_expires_at_idx" ON "links"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "conversations_tenant_id_dm_low_dm_high_key" ON "conversations"("tenant_id", "dm_low", "dm_high");

-- CreateIndex
CREATE INDEX "memberships_tenant_id_user_id_conversation_id_idx" ON "memberships"("tenant_id", "user_id", "conversation_id");

-- CreateIndex
CREATE UNIQUE INDEX "messages_tenant_id_sender_device_id_message_id_conversation_key" ON "messages"("tenant_id", "sender_device_id", "message_id", "conversation_id");

-- CreateIndex
CREATE UNIQUE INDEX "channel_groups_tenant_id_name_key_key" ON "channel_groups"("tenant_id", "name_key");

-- CreateIndex
CREATE UNIQUE INDEX "channel_groups_tenant_id_name_skeleton_key" ON "channel_groups"("tenant_id", "name_skeleton");

-- CreateIndex
CREATE INDEX "channel_leaves_tenant_id_device_id_idx" ON "channel_leaves"("tenant_id", "device_id");

-- CreateIndex
CREATE INDEX "invitations_tenant_id_user_id_idx" ON "invitations"("tenant_id", "user_id");

-- CreateIndex
CREATE INDEX "key_packages_created_at_idx" ON "key_packages"("created_at");

-- CreateIndex
CREATE INDEX "attachments_tenant_id_conversation_id_message_seq_idx" ON "attachments"("tenant_id", "conversation_id", "message_seq");

-- CreateIndex
CREATE INDEX "attachments_tenant_id_user_id_idx" ON "attachments"("tenant_id", "user_id");

-- AddForeignKey
ALTER TABLE "publishable_keys" ADD CONSTRAINT "publishable_keys_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rate_counters" ADD CONSTRAINT "rate_counters_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "users" ADD CONSTRAINT "users_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device_lists" ADD CONSTRAINT "device_lists_tenant_id_user_id_fkey" FOREIGN KEY ("tenant_id", "user_id") REFERENCES "users"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "devices" ADD CONSTRAINT "devices_tenant_id_user_id_fkey" FOREIGN KEY ("tenant_id", "user_id") REFERENCES "users"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "challenges" ADD CONSTRAINT "challenges_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_tenant_id_device_id_fkey" FOREIGN KEY ("tenant_id", "device_id") REFERENCES "devices"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "used_refresh_tokens" ADD CONSTRAINT "used_refresh_tokens_tenant_id_session_id_fkey" FOREIGN KEY ("tenant_id", "session_id") REFERENCES "sessions"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vaults" ADD CONSTRAINT "vaults_tenant_id_user_id_fkey" FOREIGN KEY ("tenant_id", "user_id") REFERENCES "users"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vault_methods" ADD CONSTRAINT "vault_methods_tenant_id_user_id_fkey" FOREIGN KEY ("tenant_id", "user_id") REFERENCES "users"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "key_shares" ADD CONSTRAINT "key_shares_tenant_id_device_id_fkey" FOREIGN KEY ("tenant_id", "device_id") REFERENCES "devices"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "links" ADD CONSTRAINT "links_tenant_id_device_id_fkey" FOREIGN KEY ("tenant_id", "device_id") REFERENCES "devices"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "link_steps" ADD CONSTRAINT "link_steps_tenant_id_link_id_fkey" FOREIGN KEY ("tenant_id", "link_id") REFERENCES "links"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "current_prekeys" ADD CONSTRAINT "current_prekeys_tenant_id_device_id_fkey" FOREIGN KEY ("tenant_id", "device_id") REFERENCES "devices"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "one_time_prekeys" ADD CONSTRAINT "one_time_prekeys_tenant_id_device_id_fkey" FOREIGN KEY ("tenant_id", "device_id") REFERENCES "devices"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "spent_prekeys" ADD CONSTRAINT "spent_prekeys_tenant_id_device_id_fkey" FOREIGN KEY ("tenant_id", "device_id") REFERENCES "devices"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conversations" ADD CONSTRAINT "conversations_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conversations" ADD CONSTRAINT "conversations_tenant_id_dm_low_fkey" FOREIGN KEY ("tenant_id", "dm_low") REFERENCES "users"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conversations" ADD CONSTRAINT "conversations_tenant_id_dm_high_fkey" FOREIGN KEY ("tenant_id", "dm_high") REFERENCES "users"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_tenant_id_conversation_id_fkey" FOREIGN KEY ("tenant_id", "conversation_id") REFERENCES "conversations"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_tenant_id_user_id_fkey" FOREIGN KEY ("tenant_id", "user_id") REFERENCES "users"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "closed_mailboxes" ADD CONSTRAINT "closed_mailboxes_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tenant_storage" ADD CONSTRAINT "tenant_storage_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "mailboxes" ADD CONSTRAINT "mailboxes_tenant_id_device_id_fkey" FOREIGN KEY ("tenant_id", "device_id") REFERENCES "devices"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "retry_requests" ADD CONSTRAINT "retry_requests_tenant_id_conversation_id_seq_fkey" FOREIGN KEY ("tenant_id", "conversation_id", "seq") REFERENCES "messages"("tenant_id", "conversation_id", "seq") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "retry_requests" ADD CONSTRAINT "retry_requests_tenant_id_device_id_fkey" FOREIGN KEY ("tenant_id", "device_id") REFERENCES "devices"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "channel_groups" ADD CONSTRAINT "channel_groups_tenant_id_conversation_id_fkey" FOREIGN KEY ("tenant_id", "conversation_id") REFERENCES "conversations"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "channel_commits" ADD CONSTRAINT "channel_commits_tenant_id_conversation_id_seq_fkey" FOREIGN KEY ("tenant_id", "conversation_id", "seq") REFERENCES "messages"("tenant_id", "conversation_id", "seq") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "channel_leaves" ADD CONSTRAINT "channel_leaves_tenant_id_conversation_id_fkey" FOREIGN KEY ("tenant_id", "conversation_id") REFERENCES "channel_groups"("tenant_id", "conversation_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "channel_leaves" ADD CONSTRAINT "channel_leaves_tenant_id_device_id_fkey" FOREIGN KEY ("tenant_id", "device_id") REFERENCES "devices"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_tenant_id_conversation_id_fkey" FOREIGN KEY ("tenant_id", "conversation_id") REFERENCES "channel_groups"("tenant_id", "conversation_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_tenant_id_user_id_fkey" FOREIGN KEY ("tenant_id", "user_id") REFERENCES "users"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_tenant_id_inviter_user_id_fkey" FOREIGN KEY ("tenant_id", "inviter_user_id") REFERENCES "users"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "key_packages" ADD CONSTRAINT "key_packages_tenant_id_device_id_fkey" FOREIGN KEY ("tenant_id", "device_id") REFERENCES "devices"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "last_resort_key_packages" ADD CONSTRAINT "last_resort_key_packages_tenant_id_device_id_fkey" FOREIGN KEY ("tenant_id", "device_id") REFERENCES "devices"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "spent_key_packages" ADD CONSTRAINT "spent_key_packages_tenant_id_device_id_fkey" FOREIGN KEY ("tenant_id", "device_id") REFERENCES "devices"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attachments" ADD CONSTRAINT "attachments_tenant_id_conversation_id_fkey" FOREIGN KEY ("tenant_id", "conversation_id") REFERENCES "conversations"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attachments" ADD CONSTRAINT "attachments_tenant_id_user_id_fkey" FOREIGN KEY ("tenant_id", "user_id") REFERENCES "users"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attachments" ADD CONSTRAINT "attachments_tenant_id_conversation_id_message_seq_fkey" FOREIGN KEY ("tenant_id", "conversation_id", "message_seq") REFERENCES "messages"("tenant_id", "conversation_id", "seq") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attachment_parts" ADD CONSTRAINT "attachment_parts_tenant_id_attachment_id_fkey" FOREIGN KEY ("tenant_id", "attachment_id") REFERENCES "attachments"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Messages that wait for their end, uploads that no message names yet, Welcomes that are kept, and requests for a retry:
-- other rows cost these indexes nothing.
CREATE INDEX "messages_expiring" ON "messages"("expires_at") WHERE "expires_at" IS NOT NULL;
CREATE INDEX "attachments_orphans" ON "attachments"("created_at") WHERE "message_seq" IS NULL;
CREATE INDEX "channel_commits_welcomes" ON "channel_commits"("tenant_id", "conversation_id", "seq") WHERE "welcome" IS NOT NULL;
CREATE INDEX "mailbox_entries_requests" ON "mailbox_entries"("tenant_id", "requester_device_id") WHERE "requester_device_id" IS NOT NULL;

-- Rows that change with every batch or Commit keep room for their next version on the same page.
ALTER TABLE "conversations" SET (fillfactor = 50);
ALTER TABLE "mailboxes" SET (fillfactor = 50);
ALTER TABLE "memberships" SET (fillfactor = 70);
ALTER TABLE "channel_groups" SET (fillfactor = 50);

-- Entries live from delivery to acknowledgement: clean up after them early and often.
ALTER TABLE "mailbox_entries" SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);

-- Ciphertext does not compress.
ALTER TABLE "attachment_parts" ALTER COLUMN "ciphertext" SET STORAGE EXTERNAL;
