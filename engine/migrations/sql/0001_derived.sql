-- Work that follows from the ledger, marked in the same transaction and drained later: transactions that no block holds yet.
CREATE TABLE unsealed_transactions (
    program_id bigint NOT NULL,
    transaction_id bigint NOT NULL,
    PRIMARY KEY (program_id, transaction_id)
);

-- Sealed history: each block holds the hashes of its transactions and of the block before it.
CREATE TABLE blocks (
    program_id bigint NOT NULL,
    block_number bigint NOT NULL CHECK (block_number > 0),
    transaction_ids bigint[] NOT NULL,
    previous_hash bytea NOT NULL,
    block_hash bytea NOT NULL,
    sealed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (program_id, block_number)
);

-- What each nightly audit found, for the operators' numbers and for whoever asks when it was last right.
CREATE TABLE audits (
    program_id bigint NOT NULL,
    audited_at timestamptz NOT NULL DEFAULT now(),
    checks integer NOT NULL,
    breaches bigint NOT NULL,
    blocks bigint NOT NULL,
    sealed_transactions bigint NOT NULL,
    PRIMARY KEY (program_id, audited_at)
);
