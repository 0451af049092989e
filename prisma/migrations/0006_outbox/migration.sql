-- What follows from changes: the outbox, counters of what waits for people, and usage of tenants (decisions 0022 and 0023).

CREATE TABLE "outbox" (
    "id" BIGSERIAL NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" SMALLINT NOT NULL,
    "tenant_ids" UUID[],
    "subject_ids" UUID[],
    "from_seqs" BIGINT[],
    "to_seqs" BIGINT[],
    "metrics" SMALLINT[],
    "amounts" BIGINT[],

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);
-- Rows live for a second.
ALTER TABLE "outbox" SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);

CREATE TABLE "waiting" (
    "tenant_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "last_seq" BIGINT NOT NULL,

    CONSTRAINT "waiting_pkey" PRIMARY KEY ("tenant_id","conversation_id","user_id")
);
CREATE INDEX "waiting_tenant_id_user_id_idx" ON "waiting"("tenant_id", "user_id");
ALTER TABLE "waiting" ADD CONSTRAINT "waiting_tenant_id_conversation_id_user_id_fkey" FOREIGN KEY ("tenant_id", "conversation_id", "user_id") REFERENCES "memberships"("tenant_id", "conversation_id", "user_id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "usage_hours" (
    "tenant_id" UUID NOT NULL,
    "hour" TIMESTAMPTZ(0) NOT NULL,
    "metric" SMALLINT NOT NULL,
    "value" BIGINT NOT NULL,

    CONSTRAINT "usage_hours_pkey" PRIMARY KEY ("tenant_id","hour","metric")
);
CREATE INDEX "usage_hours_hour_idx" ON "usage_hours"("hour");
ALTER TABLE "usage_hours" ADD CONSTRAINT "usage_hours_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "usage_days" (
    "tenant_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "metric" SMALLINT NOT NULL,
    "value" BIGINT NOT NULL,

    CONSTRAINT "usage_days_pkey" PRIMARY KEY ("tenant_id","day","metric")
);
CREATE INDEX "usage_days_day_idx" ON "usage_days"("day");
ALTER TABLE "usage_days" ADD CONSTRAINT "usage_days_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "usage_connections" (
    "tenant_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(0) NOT NULL,
    "process_id" UUID NOT NULL,
    "last" INTEGER NOT NULL,
    "most" INTEGER NOT NULL,

    CONSTRAINT "usage_connections_pkey" PRIMARY KEY ("tenant_id","at","process_id")
);
CREATE INDEX "usage_connections_at_idx" ON "usage_connections"("at");
ALTER TABLE "usage_connections" ADD CONSTRAINT "usage_connections_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "usage_latencies" (
    "tenant_id" UUID NOT NULL,
    "hour" TIMESTAMPTZ(0) NOT NULL,
    "kind" SMALLINT NOT NULL,
    "counts" BIGINT[],

    CONSTRAINT "usage_latencies_pkey" PRIMARY KEY ("tenant_id","hour","kind")
);
CREATE INDEX "usage_latencies_hour_idx" ON "usage_latencies"("hour");
ALTER TABLE "usage_latencies" ADD CONSTRAINT "usage_latencies_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "active_days" (
    "tenant_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "kind" SMALLINT NOT NULL,
    "subject" BYTEA NOT NULL,

    CONSTRAINT "active_days_pkey" PRIMARY KEY ("tenant_id","day","kind","subject")
);
CREATE INDEX "active_days_day_idx" ON "active_days"("day");
ALTER TABLE "active_days" ADD CONSTRAINT "active_days_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "active_keys" (
    "tenant_id" UUID NOT NULL,
    "month" DATE NOT NULL,
    "key" BYTEA NOT NULL,

    CONSTRAINT "active_keys_pkey" PRIMARY KEY ("tenant_id","month")
);
CREATE INDEX "active_keys_month_idx" ON "active_keys"("month");
ALTER TABLE "active_keys" ADD CONSTRAINT "active_keys_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "usage_flushes" (
    "process_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "written_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "usage_flushes_pkey" PRIMARY KEY ("process_id","number")
);
CREATE INDEX "usage_flushes_written_at_idx" ON "usage_flushes"("written_at");
