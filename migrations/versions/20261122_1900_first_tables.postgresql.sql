CREATE TABLE activity (
  id BIGSERIAL NOT NULL,
  chain INTEGER NOT NULL,
  seq BIGINT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  is_late BOOLEAN NOT NULL,
  person_id INTEGER,
  post_id INTEGER,
  holding_kind VARCHAR(20) NOT NULL,
  order_no VARCHAR(80) NOT NULL,
  office_id INTEGER,
  session_id INTEGER,
  request_id VARCHAR(64) NOT NULL,
  verb VARCHAR(40) NOT NULL,
  object_kind VARCHAR(30) NOT NULL,
  object_id BIGINT,
  object_version INTEGER,
  facts TEXT NOT NULL,
  files TEXT NOT NULL,
  text_hash VARCHAR(64) NOT NULL,
  previous VARCHAR(64) NOT NULL,
  hash VARCHAR(64) NOT NULL,
  CONSTRAINT pk_activity PRIMARY KEY (id),
  CONSTRAINT uq_activity_chain_seq UNIQUE (chain, seq)
);

CREATE INDEX ix_activity_at ON activity (at);

CREATE INDEX ix_activity_object ON activity (object_kind, object_id);

CREATE INDEX ix_activity_person ON activity (person_id, at);

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;

CREATE TRIGGER activity_no_change BEFORE UPDATE OR DELETE ON activity FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER activity_no_truncate BEFORE TRUNCATE ON activity FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE activity_text (
  activity_id BIGINT NOT NULL,
  salt VARCHAR(32) NOT NULL,
  text TEXT NOT NULL,
  CONSTRAINT pk_activity_text PRIMARY KEY (activity_id)
);

CREATE TRIGGER activity_text_no_change BEFORE UPDATE OR DELETE ON activity_text FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER activity_text_no_truncate BEFORE TRUNCATE ON activity_text FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE chain_heads (
  chain INTEGER NOT NULL,
  last_seq BIGINT NOT NULL,
  last_hash VARCHAR(64) NOT NULL,
  last_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_chain_heads PRIMARY KEY (chain)
);

CREATE TABLE jobs (
  id BIGSERIAL NOT NULL,
  kind VARCHAR(40) NOT NULL,
  payload TEXT NOT NULL,
  state VARCHAR(10) NOT NULL,
  run_at TIMESTAMP WITH TIME ZONE NOT NULL,
  lease_until TIMESTAMP WITH TIME ZONE,
  tries INTEGER NOT NULL,
  last_error TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  done_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT ck_jobs_state CHECK (state IN ('waiting', 'done', 'parked')),
  CONSTRAINT pk_jobs PRIMARY KEY (id)
);

CREATE INDEX ix_jobs_due ON jobs (state, run_at, id);

CREATE TABLE marks (
  name VARCHAR(20) NOT NULL,
  value VARCHAR(36) NOT NULL,
  CONSTRAINT pk_marks PRIMARY KEY (name)
);

CREATE TABLE announcements (
  id SERIAL NOT NULL,
  public_id VARCHAR(20) NOT NULL,
  text TEXT NOT NULL,
  starts_on DATE NOT NULL,
  ends_on DATE NOT NULL,
  made_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ended_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT ck_announcements_dates CHECK (ends_on >= starts_on),
  CONSTRAINT ck_announcements_text CHECK (text <> ''),
  CONSTRAINT pk_announcements PRIMARY KEY (id),
  CONSTRAINT uq_announcements_public_id UNIQUE (public_id)
);

CREATE INDEX ix_announcements_ends_on ON announcements (ends_on);

CREATE OR REPLACE FUNCTION move_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO marks (name, value) VALUES (TG_ARGV[0], gen_random_uuid()::text)
  ON CONFLICT (name) DO UPDATE SET value = excluded.value;
  RETURN NULL;
END $$;

CREATE TRIGGER announcements_mark AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON announcements FOR EACH STATEMENT EXECUTE FUNCTION move_mark('announcements');

CREATE TABLE search_outbox (
  id BIGSERIAL NOT NULL,
  object_kind VARCHAR(20) NOT NULL,
  object_id BIGINT NOT NULL,
  tries INTEGER NOT NULL,
  last_error TEXT NOT NULL,
  CONSTRAINT ck_search_outbox_object_kind CHECK (object_kind IN ('letter', 'case', 'delivery', 'task', 'endorsement', 'attachment', 'case_file', 'letter_access', 'case_access')),
  CONSTRAINT pk_search_outbox PRIMARY KEY (id)
);

CREATE TABLE calendar_days (
  day DATE NOT NULL,
  name VARCHAR(200) NOT NULL,
  CONSTRAINT pk_calendar_days PRIMARY KEY (day)
);

CREATE TABLE sign_in_attempts (
  id BIGSERIAL NOT NULL,
  name_hash VARCHAR(64) NOT NULL,
  address VARCHAR(64) NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  succeeded BOOLEAN NOT NULL,
  CONSTRAINT pk_sign_in_attempts PRIMARY KEY (id)
);

CREATE INDEX ix_sign_in_attempts_address ON sign_in_attempts (address, at);

CREATE INDEX ix_sign_in_attempts_at ON sign_in_attempts (at);

CREATE INDEX ix_sign_in_attempts_name ON sign_in_attempts (name_hash, at);

CREATE TABLE networks (
  id SERIAL NOT NULL,
  public_id VARCHAR(20) NOT NULL,
  name VARCHAR(200) NOT NULL,
  version INTEGER NOT NULL,
  CONSTRAINT pk_networks PRIMARY KEY (id),
  CONSTRAINT uq_networks_name UNIQUE (name),
  CONSTRAINT uq_networks_public_id UNIQUE (public_id)
);

CREATE TABLE people (
  id SERIAL NOT NULL,
  public_id VARCHAR(20) NOT NULL,
  prefix VARCHAR(40) NOT NULL,
  rank VARCHAR(60) NOT NULL,
  academic_title VARCHAR(60) NOT NULL,
  first_name VARCHAR(80) NOT NULL,
  last_name VARCHAR(80) NOT NULL,
  email VARCHAR(120) NOT NULL,
  phone VARCHAR(60) NOT NULL,
  version INTEGER NOT NULL,
  CONSTRAINT pk_people PRIMARY KEY (id),
  CONSTRAINT uq_people_public_id UNIQUE (public_id)
);

CREATE TRIGGER people_mark AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON people FOR EACH STATEMENT EXECUTE FUNCTION move_mark('organisation');

CREATE TABLE principals (
  id SERIAL NOT NULL,
  kind VARCHAR(10) NOT NULL,
  subject_id INTEGER NOT NULL,
  CONSTRAINT ck_principals_kind CHECK (kind IN ('registry', 'group', 'post', 'person')),
  CONSTRAINT pk_principals PRIMARY KEY (id),
  CONSTRAINT uq_principals_kind_subject_id UNIQUE (kind, subject_id)
);

CREATE TRIGGER principals_mark AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON principals FOR EACH STATEMENT EXECUTE FUNCTION move_mark('organisation');

CREATE TABLE settings (
  name VARCHAR(60) NOT NULL,
  value TEXT NOT NULL,
  CONSTRAINT pk_settings PRIMARY KEY (name)
);

CREATE TABLE notifications_seen (
  person_id INTEGER NOT NULL,
  last_id BIGINT NOT NULL,
  seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT fk_notifications_seen_person_id FOREIGN KEY(person_id) REFERENCES people (id),
  CONSTRAINT pk_notifications_seen PRIMARY KEY (person_id)
);

CREATE TABLE notification_mutes (
  person_id INTEGER NOT NULL,
  kind VARCHAR(40) NOT NULL,
  CONSTRAINT fk_notification_mutes_person_id FOREIGN KEY(person_id) REFERENCES people (id),
  CONSTRAINT pk_notification_mutes PRIMARY KEY (person_id, kind)
);

CREATE TABLE announcement_dismissals (
  person_id INTEGER NOT NULL,
  announcement_id INTEGER NOT NULL,
  CONSTRAINT fk_announcement_dismissals_announcement_id FOREIGN KEY(announcement_id) REFERENCES announcements (id),
  CONSTRAINT fk_announcement_dismissals_person_id FOREIGN KEY(person_id) REFERENCES people (id),
  CONSTRAINT pk_announcement_dismissals PRIMARY KEY (person_id, announcement_id)
);

CREATE TRIGGER announcement_dismissals_mark AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON announcement_dismissals FOR EACH STATEMENT EXECUTE FUNCTION move_mark('announcements');

CREATE TABLE phrases (
  id SERIAL NOT NULL,
  person_id INTEGER NOT NULL,
  position INTEGER NOT NULL,
  text VARCHAR(200) NOT NULL,
  CONSTRAINT fk_phrases_person_id FOREIGN KEY(person_id) REFERENCES people (id),
  CONSTRAINT pk_phrases PRIMARY KEY (id),
  CONSTRAINT uq_phrases_person_id_text UNIQUE (person_id, text)
);

CREATE TABLE saved_searches (
  id BIGSERIAL NOT NULL,
  public_id VARCHAR(20) NOT NULL,
  person_id INTEGER NOT NULL,
  name VARCHAR(100) NOT NULL,
  query VARCHAR(2000) NOT NULL,
  saved_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT ck_saved_searches_name CHECK (name <> ''),
  CONSTRAINT fk_saved_searches_person_id FOREIGN KEY(person_id) REFERENCES people (id),
  CONSTRAINT pk_saved_searches PRIMARY KEY (id),
  CONSTRAINT uq_saved_searches_person_id_name UNIQUE (person_id, name),
  CONSTRAINT uq_saved_searches_public_id UNIQUE (public_id)
);

CREATE TABLE accounts (
  id SERIAL NOT NULL,
  public_id VARCHAR(20) NOT NULL,
  person_id INTEGER NOT NULL,
  username VARCHAR(40) NOT NULL,
  password_hash VARCHAR(200) NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  disabled_at TIMESTAMP WITH TIME ZONE,
  password_changed_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT fk_accounts_person_id FOREIGN KEY(person_id) REFERENCES people (id),
  CONSTRAINT pk_accounts PRIMARY KEY (id),
  CONSTRAINT uq_accounts_person_id UNIQUE (person_id),
  CONSTRAINT uq_accounts_public_id UNIQUE (public_id),
  CONSTRAINT uq_accounts_username UNIQUE (username)
);

CREATE TABLE once_keys (
  person_id INTEGER NOT NULL,
  key VARCHAR(64) NOT NULL,
  route VARCHAR(80) NOT NULL,
  status INTEGER NOT NULL,
  location TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT fk_once_keys_person_id FOREIGN KEY(person_id) REFERENCES people (id),
  CONSTRAINT pk_once_keys PRIMARY KEY (person_id, key)
);

CREATE INDEX ix_once_keys_at ON once_keys (at);

CREATE TABLE offices (
  id SERIAL NOT NULL,
  public_id VARCHAR(20) NOT NULL,
  kind VARCHAR(10) NOT NULL,
  code VARCHAR(20) NOT NULL,
  name VARCHAR(200) NOT NULL,
  short_name VARCHAR(80) NOT NULL,
  network_id INTEGER,
  address TEXT NOT NULL,
  phone VARCHAR(60) NOT NULL,
  saraban_email VARCHAR(120) NOT NULL,
  all_staff_read BOOLEAN NOT NULL,
  opened_on DATE NOT NULL,
  closed_on DATE,
  successor_id INTEGER,
  version INTEGER NOT NULL,
  CONSTRAINT ck_offices_dates CHECK (closed_on IS NULL OR closed_on >= opened_on),
  CONSTRAINT ck_offices_kind CHECK (kind IN ('district', 'school', 'agency')),
  CONSTRAINT ck_offices_successor CHECK (successor_id IS NULL OR successor_id <> id),
  CONSTRAINT fk_offices_network_id FOREIGN KEY(network_id) REFERENCES networks (id),
  CONSTRAINT fk_offices_successor_id FOREIGN KEY(successor_id) REFERENCES offices (id),
  CONSTRAINT pk_offices PRIMARY KEY (id),
  CONSTRAINT uq_offices_code UNIQUE (code),
  CONSTRAINT uq_offices_public_id UNIQUE (public_id)
);

CREATE INDEX ix_offices_network_id ON offices (network_id);

CREATE UNIQUE INDEX uq_offices_one_district ON offices (kind) WHERE kind = 'district';

CREATE TRIGGER offices_mark AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON offices FOR EACH STATEMENT EXECUTE FUNCTION move_mark('organisation');

CREATE TABLE access (
  id BIGSERIAL NOT NULL,
  object_kind VARCHAR(10) NOT NULL,
  object_id BIGINT NOT NULL,
  principal_id INTEGER NOT NULL,
  since TIMESTAMP WITH TIME ZONE NOT NULL,
  ends_at TIMESTAMP WITH TIME ZONE,
  act VARCHAR(40) NOT NULL,
  CONSTRAINT ck_access_dates CHECK (ends_at IS NULL OR ends_at >= since),
  CONSTRAINT ck_access_object_kind CHECK (object_kind IN ('letter', 'case')),
  CONSTRAINT fk_access_principal_id FOREIGN KEY(principal_id) REFERENCES principals (id),
  CONSTRAINT pk_access PRIMARY KEY (id)
);

CREATE INDEX ix_access_principal ON access (principal_id, object_kind, object_id);

CREATE UNIQUE INDEX uq_access_live ON access (object_kind, object_id, principal_id) WHERE ends_at IS NULL;

CREATE TABLE blobs (
  id BIGSERIAL NOT NULL,
  key VARCHAR(64) NOT NULL,
  office_id INTEGER NOT NULL,
  sha256 VARCHAR(64) NOT NULL,
  size BIGINT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT ck_blobs_size CHECK (size > 0),
  CONSTRAINT fk_blobs_office_id FOREIGN KEY(office_id) REFERENCES offices (id),
  CONSTRAINT pk_blobs PRIMARY KEY (id),
  CONSTRAINT uq_blobs_key UNIQUE (key)
);

CREATE UNIQUE INDEX uq_blobs_office_sha256 ON blobs (office_id, sha256);

CREATE TABLE office_years (
  office_id INTEGER NOT NULL,
  year INTEGER NOT NULL,
  prefix VARCHAR(40) NOT NULL,
  circular_series VARCHAR(10) NOT NULL,
  numbers_announcements BOOLEAN NOT NULL,
  version INTEGER NOT NULL,
  CONSTRAINT ck_office_years_circular CHECK (circular_series IN ('own', 'shared')),
  CONSTRAINT fk_office_years_office_id FOREIGN KEY(office_id) REFERENCES offices (id),
  CONSTRAINT pk_office_years PRIMARY KEY (office_id, year)
);

CREATE TABLE books (
  id SERIAL NOT NULL,
  public_id VARCHAR(20) NOT NULL,
  office_id INTEGER NOT NULL,
  group_key INTEGER NOT NULL,
  series VARCHAR(20) NOT NULL,
  year INTEGER NOT NULL,
  first_no INTEGER NOT NULL,
  last_no INTEGER NOT NULL,
  closed_at TIMESTAMP WITH TIME ZONE,
  closing_remark TEXT NOT NULL,
  CONSTRAINT ck_books_first CHECK (first_no >= 1),
  CONSTRAINT ck_books_last CHECK (last_no >= first_no - 1),
  CONSTRAINT ck_books_series CHECK (series IN ('receive', 'send', 'circular', 'order', 'announcement')),
  CONSTRAINT fk_books_office_id FOREIGN KEY(office_id) REFERENCES offices (id),
  CONSTRAINT pk_books PRIMARY KEY (id),
  CONSTRAINT uq_books_office_id_group_key_series_year UNIQUE (office_id, group_key, series, year),
  CONSTRAINT uq_books_public_id UNIQUE (public_id)
);

CREATE OR REPLACE FUNCTION books_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'numbers are not deleted'; END IF;
  IF OLD.last_no >= OLD.first_no AND (NEW.last_no < OLD.last_no OR NEW.first_no <> OLD.first_no) THEN RAISE EXCEPTION 'numbers only move forward'; END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER books_forward BEFORE UPDATE OR DELETE ON books FOR EACH ROW EXECUTE FUNCTION books_forward();

CREATE TRIGGER books_kept BEFORE TRUNCATE ON books FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE recipient_lists (
  id SERIAL NOT NULL,
  public_id VARCHAR(20) NOT NULL,
  office_id INTEGER NOT NULL,
  name VARCHAR(200) NOT NULL,
  CONSTRAINT fk_recipient_lists_office_id FOREIGN KEY(office_id) REFERENCES offices (id),
  CONSTRAINT pk_recipient_lists PRIMARY KEY (id),
  CONSTRAINT uq_recipient_lists_office_id_name UNIQUE (office_id, name),
  CONSTRAINT uq_recipient_lists_public_id UNIQUE (public_id)
);

CREATE TABLE folder_counts (
  office_id INTEGER NOT NULL,
  folder VARCHAR(20) NOT NULL,
  count INTEGER NOT NULL,
  version BIGINT NOT NULL,
  CONSTRAINT fk_folder_counts_office_id FOREIGN KEY(office_id) REFERENCES offices (id),
  CONSTRAINT pk_folder_counts PRIMARY KEY (office_id, folder)
);

CREATE TABLE account_codes (
  id SERIAL NOT NULL,
  account_id INTEGER NOT NULL,
  kind VARCHAR(12) NOT NULL,
  code_hash VARCHAR(64) NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  used_at TIMESTAMP WITH TIME ZONE,
  ended_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT ck_account_codes_kind CHECK (kind IN ('activation', 'reset')),
  CONSTRAINT fk_account_codes_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
  CONSTRAINT pk_account_codes PRIMARY KEY (id),
  CONSTRAINT uq_account_codes_code_hash UNIQUE (code_hash)
);

CREATE INDEX ix_account_codes_account_id ON account_codes (account_id);

CREATE TABLE groups (
  id SERIAL NOT NULL,
  public_id VARCHAR(20) NOT NULL,
  office_id INTEGER NOT NULL,
  name VARCHAR(200) NOT NULL,
  position INTEGER NOT NULL,
  opened_on DATE NOT NULL,
  closed_on DATE,
  version INTEGER NOT NULL,
  CONSTRAINT fk_groups_office_id FOREIGN KEY(office_id) REFERENCES offices (id),
  CONSTRAINT pk_groups PRIMARY KEY (id),
  CONSTRAINT uq_groups_office_id_name UNIQUE (office_id, name),
  CONSTRAINT uq_groups_public_id UNIQUE (public_id)
);

CREATE TRIGGER groups_mark AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON groups FOR EACH STATEMENT EXECUTE FUNCTION move_mark('organisation');

CREATE TABLE emblems (
  office_id INTEGER NOT NULL,
  blob_id BIGINT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  set_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT fk_emblems_blob_id FOREIGN KEY(blob_id) REFERENCES blobs (id),
  CONSTRAINT fk_emblems_office_id FOREIGN KEY(office_id) REFERENCES offices (id),
  CONSTRAINT pk_emblems PRIMARY KEY (office_id)
);

CREATE INDEX ix_emblems_blob_id ON emblems (blob_id);

CREATE TABLE signatures (
  id SERIAL NOT NULL,
  person_id INTEGER NOT NULL,
  blob_id BIGINT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  set_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ended_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT fk_signatures_blob_id FOREIGN KEY(blob_id) REFERENCES blobs (id),
  CONSTRAINT fk_signatures_person_id FOREIGN KEY(person_id) REFERENCES people (id),
  CONSTRAINT pk_signatures PRIMARY KEY (id)
);

CREATE INDEX ix_signatures_blob_id ON signatures (blob_id);

CREATE UNIQUE INDEX uq_signatures_current ON signatures (person_id) WHERE ended_at IS NULL;

CREATE TABLE case_files (
  id BIGSERIAL NOT NULL,
  public_id VARCHAR(20) NOT NULL,
  case_id BIGINT NOT NULL,
  endorsement_id BIGINT NOT NULL,
  blob_id BIGINT NOT NULL,
  name VARCHAR(255) NOT NULL,
  kind VARCHAR(20) NOT NULL,
  media_type VARCHAR(100) NOT NULL,
  size BIGINT NOT NULL,
  sha256 VARCHAR(64) NOT NULL,
  added_by INTEGER,
  added_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT fk_case_files_added_by FOREIGN KEY(added_by) REFERENCES people (id),
  CONSTRAINT fk_case_files_blob_id FOREIGN KEY(blob_id) REFERENCES blobs (id),
  CONSTRAINT pk_case_files PRIMARY KEY (id),
  CONSTRAINT uq_case_files_public_id UNIQUE (public_id)
);

CREATE INDEX ix_case_files_blob_id ON case_files (blob_id);

CREATE INDEX ix_case_files_case ON case_files (case_id, id);

CREATE INDEX ix_case_files_endorsement_id ON case_files (endorsement_id);

CREATE TABLE recipient_list_members (
  list_id INTEGER NOT NULL,
  office_id INTEGER NOT NULL,
  CONSTRAINT fk_recipient_list_members_list_id FOREIGN KEY(list_id) REFERENCES recipient_lists (id) ON DELETE CASCADE,
  CONSTRAINT fk_recipient_list_members_office_id FOREIGN KEY(office_id) REFERENCES offices (id),
  CONSTRAINT pk_recipient_list_members PRIMARY KEY (list_id, office_id)
);

CREATE TABLE posts (
  id SERIAL NOT NULL,
  public_id VARCHAR(20) NOT NULL,
  office_id INTEGER NOT NULL,
  group_id INTEGER,
  title VARCHAR(200) NOT NULL,
  opened_on DATE NOT NULL,
  closed_on DATE,
  version INTEGER NOT NULL,
  CONSTRAINT fk_posts_group_id FOREIGN KEY(group_id) REFERENCES groups (id),
  CONSTRAINT fk_posts_office_id FOREIGN KEY(office_id) REFERENCES offices (id),
  CONSTRAINT pk_posts PRIMARY KEY (id),
  CONSTRAINT uq_posts_public_id UNIQUE (public_id)
);

CREATE INDEX ix_posts_office_id ON posts (office_id);

CREATE TRIGGER posts_mark AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON posts FOR EACH STATEMENT EXECUTE FUNCTION move_mark('organisation');

CREATE TABLE letters (
  id BIGSERIAL NOT NULL,
  public_id VARCHAR(20) NOT NULL,
  version INTEGER NOT NULL,
  kind VARCHAR(20) NOT NULL,
  origin VARCHAR(10) NOT NULL,
  state VARCHAR(12) NOT NULL,
  office_id INTEGER,
  sender_text VARCHAR(300) NOT NULL,
  owner_post_id INTEGER,
  owner_group_id INTEGER,
  subject TEXT NOT NULL,
  urgency VARCHAR(12) NOT NULL,
  secrecy VARCHAR(12) NOT NULL,
  deliver_by TIMESTAMP WITH TIME ZONE,
  addressee VARCHAR(300) NOT NULL,
  body TEXT NOT NULL,
  closing VARCHAR(100) NOT NULL,
  contact VARCHAR(300) NOT NULL,
  remark TEXT NOT NULL,
  to_text TEXT NOT NULL,
  is_circular BOOLEAN NOT NULL,
  letter_no VARCHAR(80) NOT NULL,
  no_key VARCHAR(80) NOT NULL,
  letter_date DATE,
  entry_id BIGINT,
  answers_case_id BIGINT,
  drafted_by INTEGER,
  typed_by INTEGER,
  checked_by INTEGER,
  signer_post_id INTEGER,
  signed_by INTEGER,
  signer_name VARCHAR(200) NOT NULL,
  signer_position VARCHAR(300) NOT NULL,
  signature_id INTEGER,
  signed_hash VARCHAR(64) NOT NULL,
  is_signed_on_paper BOOLEAN NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  signed_at TIMESTAMP WITH TIME ZONE,
  numbered_at TIMESTAMP WITH TIME ZONE,
  sent_at TIMESTAMP WITH TIME ZONE,
  cancelled_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT ck_letters_issuer CHECK (origin <> 'system' OR office_id IS NOT NULL),
  CONSTRAINT ck_letters_kind CHECK (kind IN ('external', 'memo', 'order', 'announcement', 'other')),
  CONSTRAINT ck_letters_no_top_secret CHECK (secrecy <> 'top_secret'),
  CONSTRAINT ck_letters_numbered CHECK (state NOT IN ('numbered', 'sent', 'closed') OR origin <> 'system' OR entry_id IS NOT NULL),
  CONSTRAINT ck_letters_origin CHECK (origin IN ('system', 'paper', 'email')),
  CONSTRAINT ck_letters_state CHECK (state IN ('draft', 'proposed', 'signed', 'numbered', 'sent', 'closed', 'cancelled')),
  CONSTRAINT ck_letters_urgency CHECK (urgency IN ('normal', 'urgent', 'very_urgent', 'most_urgent')),
  CONSTRAINT fk_letters_checked_by FOREIGN KEY(checked_by) REFERENCES people (id),
  CONSTRAINT fk_letters_drafted_by FOREIGN KEY(drafted_by) REFERENCES people (id),
  CONSTRAINT fk_letters_office_id FOREIGN KEY(office_id) REFERENCES offices (id),
  CONSTRAINT fk_letters_owner_group_id FOREIGN KEY(owner_group_id) REFERENCES groups (id),
  CONSTRAINT fk_letters_owner_post_id FOREIGN KEY(owner_post_id) REFERENCES posts (id),
  CONSTRAINT fk_letters_signature_id FOREIGN KEY(signature_id) REFERENCES signatures (id),
  CONSTRAINT fk_letters_signed_by FOREIGN KEY(signed_by) REFERENCES people (id),
  CONSTRAINT fk_letters_signer_post_id FOREIGN KEY(signer_post_id) REFERENCES posts (id),
  CONSTRAINT fk_letters_typed_by FOREIGN KEY(typed_by) REFERENCES people (id),
  CONSTRAINT pk_letters PRIMARY KEY (id),
  CONSTRAINT uq_letters_public_id UNIQUE (public_id)
);

CREATE INDEX ix_letters_answers_case_id ON letters (answers_case_id);

CREATE INDEX ix_letters_deliver_by ON letters (deliver_by);

CREATE INDEX ix_letters_no_key ON letters (no_key);

CREATE INDEX ix_letters_office_state ON letters (office_id, state, id, version);

CREATE INDEX ix_letters_owner_post_id ON letters (owner_post_id);

CREATE TRIGGER letters_kept BEFORE TRUNCATE ON letters FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE FUNCTION letters_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'letters are not deleted'; END IF;
  IF OLD.state IN ('numbered', 'sent', 'closed') AND (NEW.letter_no IS DISTINCT FROM OLD.letter_no OR NEW.letter_date IS DISTINCT FROM OLD.letter_date OR NEW.subject IS DISTINCT FROM OLD.subject OR NEW.entry_id IS DISTINCT FROM OLD.entry_id OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.office_id IS DISTINCT FROM OLD.office_id OR NEW.origin IS DISTINCT FROM OLD.origin) THEN
    RAISE EXCEPTION 'a numbered letter is fixed'; END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER letters_fixed BEFORE UPDATE OR DELETE ON letters FOR EACH ROW EXECUTE FUNCTION letters_fixed();

CREATE TABLE case_file_texts (
  case_file_id BIGINT NOT NULL,
  state VARCHAR(12) NOT NULL,
  page_count INTEGER,
  pages_waiting INTEGER NOT NULL,
  pages TEXT NOT NULL,
  reason VARCHAR(200) NOT NULL,
  read_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT ck_case_file_texts_state CHECK (state IN ('waiting', 'done', 'unreadable')),
  CONSTRAINT fk_case_file_texts_case_file_id FOREIGN KEY(case_file_id) REFERENCES case_files (id),
  CONSTRAINT pk_case_file_texts PRIMARY KEY (case_file_id)
);

CREATE TABLE inbox_checks (
  id BIGSERIAL NOT NULL,
  office_id INTEGER NOT NULL,
  post_id INTEGER NOT NULL,
  person_id INTEGER NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT fk_inbox_checks_office_id FOREIGN KEY(office_id) REFERENCES offices (id),
  CONSTRAINT fk_inbox_checks_person_id FOREIGN KEY(person_id) REFERENCES people (id),
  CONSTRAINT fk_inbox_checks_post_id FOREIGN KEY(post_id) REFERENCES posts (id),
  CONSTRAINT pk_inbox_checks PRIMARY KEY (id)
);

CREATE INDEX ix_inbox_checks_office ON inbox_checks (office_id, at);

CREATE TRIGGER inbox_checks_no_change BEFORE UPDATE OR DELETE ON inbox_checks FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER inbox_checks_no_truncate BEFORE TRUNCATE ON inbox_checks FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE approval_steps (
  id SERIAL NOT NULL,
  office_id INTEGER NOT NULL,
  group_key INTEGER NOT NULL,
  kind VARCHAR(20) NOT NULL,
  is_short BOOLEAN NOT NULL,
  position INTEGER NOT NULL,
  post_id INTEGER NOT NULL,
  is_any BOOLEAN NOT NULL,
  skip_hours INTEGER,
  CONSTRAINT ck_approval_steps_skip_hours CHECK (skip_hours IS NULL OR skip_hours BETWEEN 1 AND 240),
  CONSTRAINT fk_approval_steps_office_id FOREIGN KEY(office_id) REFERENCES offices (id),
  CONSTRAINT fk_approval_steps_post_id FOREIGN KEY(post_id) REFERENCES posts (id),
  CONSTRAINT pk_approval_steps PRIMARY KEY (id),
  CONSTRAINT uq_approval_steps_office_id_group_key_kind_is_short_post_id UNIQUE (office_id, group_key, kind, is_short, post_id)
);

CREATE TABLE signing_authorities (
  id SERIAL NOT NULL,
  public_id VARCHAR(20) NOT NULL,
  office_id INTEGER NOT NULL,
  post_id INTEGER NOT NULL,
  kind VARCHAR(20) NOT NULL,
  how VARCHAR(10) NOT NULL,
  matters VARCHAR(500) NOT NULL,
  order_no VARCHAR(80) NOT NULL,
  starts_on DATE NOT NULL,
  ends_on DATE,
  CONSTRAINT ck_signing_authorities_dates CHECK (ends_on IS NULL OR ends_on >= starts_on),
  CONSTRAINT ck_signing_authorities_how CHECK (how IN ('delegated', 'own')),
  CONSTRAINT ck_signing_authorities_order CHECK (order_no <> ''),
  CONSTRAINT fk_signing_authorities_office_id FOREIGN KEY(office_id) REFERENCES offices (id),
  CONSTRAINT fk_signing_authorities_post_id FOREIGN KEY(post_id) REFERENCES posts (id),
  CONSTRAINT pk_signing_authorities PRIMARY KEY (id),
  CONSTRAINT uq_signing_authorities_public_id UNIQUE (public_id)
);

CREATE INDEX ix_signing_authorities_office ON signing_authorities (office_id, post_id, kind);

CREATE TABLE post_roles (
  id SERIAL NOT NULL,
  post_id INTEGER NOT NULL,
  role VARCHAR(30) NOT NULL,
  order_no VARCHAR(80) NOT NULL,
  starts_on DATE NOT NULL,
  ends_on DATE,
  CONSTRAINT ck_post_roles_dates CHECK (ends_on IS NULL OR ends_on >= starts_on),
  CONSTRAINT fk_post_roles_post_id FOREIGN KEY(post_id) REFERENCES posts (id),
  CONSTRAINT pk_post_roles PRIMARY KEY (id)
);

CREATE INDEX ix_post_roles_post_id ON post_roles (post_id);

CREATE TRIGGER post_roles_mark AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON post_roles FOR EACH STATEMENT EXECUTE FUNCTION move_mark('organisation');

CREATE TABLE holdings (
  id SERIAL NOT NULL,
  public_id VARCHAR(20) NOT NULL,
  person_id INTEGER NOT NULL,
  post_id INTEGER NOT NULL,
  kind VARCHAR(20) NOT NULL,
  starts_on DATE NOT NULL,
  ends_on DATE,
  order_no VARCHAR(80) NOT NULL,
  scope TEXT NOT NULL,
  scope_parts VARCHAR(120) NOT NULL,
  scope_kinds VARCHAR(120) NOT NULL,
  is_main BOOLEAN NOT NULL,
  CONSTRAINT ck_holdings_acting CHECK (kind = 'substantive' OR (order_no <> '' AND ends_on IS NOT NULL)),
  CONSTRAINT ck_holdings_dates CHECK (ends_on IS NULL OR ends_on >= starts_on),
  CONSTRAINT ck_holdings_kind CHECK (kind IN ('substantive', 'acting_for', 'delegated', 'in_charge')),
  CONSTRAINT ck_holdings_scope CHECK (kind = 'delegated' OR (scope_parts = '' AND scope_kinds = '')),
  CONSTRAINT fk_holdings_person_id FOREIGN KEY(person_id) REFERENCES people (id),
  CONSTRAINT fk_holdings_post_id FOREIGN KEY(post_id) REFERENCES posts (id),
  CONSTRAINT pk_holdings PRIMARY KEY (id),
  CONSTRAINT uq_holdings_public_id UNIQUE (public_id)
);

CREATE INDEX ix_holdings_person_id ON holdings (person_id);

CREATE INDEX ix_holdings_post_id ON holdings (post_id);

CREATE TRIGGER holdings_mark AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON holdings FOR EACH STATEMENT EXECUTE FUNCTION move_mark('organisation');

CREATE TABLE citations (
  id BIGSERIAL NOT NULL,
  letter_id BIGINT NOT NULL,
  position INTEGER NOT NULL,
  cited_letter_id BIGINT,
  cited_office VARCHAR(200) NOT NULL,
  cited_no VARCHAR(80) NOT NULL,
  cited_on DATE,
  CONSTRAINT fk_citations_cited_letter_id FOREIGN KEY(cited_letter_id) REFERENCES letters (id),
  CONSTRAINT fk_citations_letter_id FOREIGN KEY(letter_id) REFERENCES letters (id),
  CONSTRAINT pk_citations PRIMARY KEY (id)
);

CREATE INDEX ix_citations_cited_letter_id ON citations (cited_letter_id);

CREATE INDEX ix_citations_letter ON citations (letter_id, position);

CREATE TABLE letter_recipients (
  letter_id BIGINT NOT NULL,
  office_id INTEGER NOT NULL,
  part VARCHAR(4) NOT NULL,
  channel VARCHAR(10) NOT NULL,
  CONSTRAINT ck_letter_recipients_channel CHECK (channel IN ('system', 'post', 'email', 'hand')),
  CONSTRAINT ck_letter_recipients_part CHECK (part IN ('to', 'cc')),
  CONSTRAINT fk_letter_recipients_letter_id FOREIGN KEY(letter_id) REFERENCES letters (id),
  CONSTRAINT fk_letter_recipients_office_id FOREIGN KEY(office_id) REFERENCES offices (id),
  CONSTRAINT pk_letter_recipients PRIMARY KEY (letter_id, office_id)
);

CREATE TABLE attachments (
  id BIGSERIAL NOT NULL,
  public_id VARCHAR(20) NOT NULL,
  letter_id BIGINT NOT NULL,
  blob_id BIGINT NOT NULL,
  position INTEGER NOT NULL,
  is_main BOOLEAN NOT NULL,
  name VARCHAR(255) NOT NULL,
  kind VARCHAR(20) NOT NULL,
  media_type VARCHAR(100) NOT NULL,
  size BIGINT NOT NULL,
  sha256 VARCHAR(64) NOT NULL,
  is_encrypted BOOLEAN NOT NULL,
  added_by INTEGER,
  added_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT fk_attachments_added_by FOREIGN KEY(added_by) REFERENCES people (id),
  CONSTRAINT fk_attachments_blob_id FOREIGN KEY(blob_id) REFERENCES blobs (id),
  CONSTRAINT fk_attachments_letter_id FOREIGN KEY(letter_id) REFERENCES letters (id),
  CONSTRAINT pk_attachments PRIMARY KEY (id),
  CONSTRAINT uq_attachments_public_id UNIQUE (public_id)
);

CREATE INDEX ix_attachments_blob_id ON attachments (blob_id);

CREATE INDEX ix_attachments_letter ON attachments (letter_id, position);

CREATE UNIQUE INDEX uq_attachments_main ON attachments (letter_id) WHERE is_main;

CREATE TRIGGER attachments_kept BEFORE TRUNCATE ON attachments FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE FUNCTION attachments_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  touched bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.letter_id ELSE OLD.letter_id END;
BEGIN
  IF (SELECT state FROM letters WHERE id = touched) IN ('numbered', 'sent', 'closed') THEN
    RAISE EXCEPTION 'files of a numbered letter are fixed'; END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER attachments_fixed BEFORE INSERT OR UPDATE OR DELETE ON attachments FOR EACH ROW EXECUTE FUNCTION attachments_fixed();

CREATE TABLE notifications (
  id BIGSERIAL NOT NULL,
  public_id VARCHAR(20) NOT NULL,
  principal_id INTEGER NOT NULL,
  letter_id BIGINT,
  activity_id BIGINT,
  cause VARCHAR(60) NOT NULL,
  kind VARCHAR(40) NOT NULL,
  text TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  settled_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT fk_notifications_activity_id FOREIGN KEY(activity_id) REFERENCES activity (id),
  CONSTRAINT fk_notifications_letter_id FOREIGN KEY(letter_id) REFERENCES letters (id),
  CONSTRAINT fk_notifications_principal_id FOREIGN KEY(principal_id) REFERENCES principals (id),
  CONSTRAINT pk_notifications PRIMARY KEY (id),
  CONSTRAINT uq_notifications_cause_principal_id UNIQUE (cause, principal_id),
  CONSTRAINT uq_notifications_public_id UNIQUE (public_id)
);

CREATE INDEX ix_notifications_letter ON notifications (letter_id);

CREATE INDEX ix_notifications_principal ON notifications (principal_id, id);

CREATE TABLE register_entries (
  id BIGSERIAL NOT NULL,
  public_id VARCHAR(20) NOT NULL,
  book_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  state VARCHAR(10) NOT NULL,
  entered_on DATE NOT NULL,
  entered_at TIMESTAMP WITH TIME ZONE NOT NULL,
  entered_by INTEGER,
  holder_post_id INTEGER,
  letter_id BIGINT,
  ref_no VARCHAR(80) NOT NULL,
  ref_date DATE,
  from_text VARCHAR(300) NOT NULL,
  to_text TEXT NOT NULL,
  subject TEXT NOT NULL,
  action_taken TEXT NOT NULL,
  remark TEXT NOT NULL,
  reason TEXT NOT NULL,
  issued_at TIMESTAMP WITH TIME ZONE,
  cancelled_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT ck_register_entries_number CHECK (number >= 1),
  CONSTRAINT ck_register_entries_reason CHECK (state <> 'cancelled' OR reason <> ''),
  CONSTRAINT ck_register_entries_state CHECK (state IN ('issued', 'reserved', 'cancelled')),
  CONSTRAINT fk_register_entries_book_id FOREIGN KEY(book_id) REFERENCES books (id),
  CONSTRAINT fk_register_entries_entered_by FOREIGN KEY(entered_by) REFERENCES people (id),
  CONSTRAINT fk_register_entries_holder_post_id FOREIGN KEY(holder_post_id) REFERENCES posts (id),
  CONSTRAINT fk_register_entries_letter_id FOREIGN KEY(letter_id) REFERENCES letters (id),
  CONSTRAINT pk_register_entries PRIMARY KEY (id),
  CONSTRAINT uq_register_entries_book_id_number UNIQUE (book_id, number),
  CONSTRAINT uq_register_entries_public_id UNIQUE (public_id)
);

CREATE INDEX ix_register_entries_letter ON register_entries (letter_id);

CREATE OR REPLACE FUNCTION entries_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'numbers are not deleted'; END IF;
  IF NEW.book_id IS DISTINCT FROM OLD.book_id OR NEW.number IS DISTINCT FROM OLD.number OR NEW.entered_on IS DISTINCT FROM OLD.entered_on OR NEW.entered_at IS DISTINCT FROM OLD.entered_at OR OLD.state = 'cancelled' OR (OLD.state = 'issued' AND (NEW.ref_no IS DISTINCT FROM OLD.ref_no OR NEW.ref_date IS DISTINCT FROM OLD.ref_date OR NEW.from_text IS DISTINCT FROM OLD.from_text OR NEW.subject IS DISTINCT FROM OLD.subject OR NEW.letter_id IS DISTINCT FROM OLD.letter_id OR NEW.state = 'reserved')) THEN RAISE EXCEPTION 'a register entry is fixed'; END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER entries_fixed BEFORE UPDATE OR DELETE ON register_entries FOR EACH ROW EXECUTE FUNCTION entries_fixed();

CREATE TRIGGER register_entries_kept BEFORE TRUNCATE ON register_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE sign_in_sessions (
  id BIGSERIAL NOT NULL,
  public_id VARCHAR(20) NOT NULL,
  account_id INTEGER NOT NULL,
  token_hash VARCHAR(64) NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ended_at TIMESTAMP WITH TIME ZONE,
  holding_id INTEGER,
  address VARCHAR(64) NOT NULL,
  user_agent VARCHAR(200) NOT NULL,
  CONSTRAINT fk_sign_in_sessions_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
  CONSTRAINT fk_sign_in_sessions_holding_id FOREIGN KEY(holding_id) REFERENCES holdings (id),
  CONSTRAINT pk_sign_in_sessions PRIMARY KEY (id),
  CONSTRAINT uq_sign_in_sessions_public_id UNIQUE (public_id),
  CONSTRAINT uq_sign_in_sessions_token_hash UNIQUE (token_hash)
);

CREATE INDEX ix_sign_in_sessions_account_id ON sign_in_sessions (account_id);

CREATE TABLE extracted_texts (
  attachment_id BIGINT NOT NULL,
  state VARCHAR(12) NOT NULL,
  page_count INTEGER,
  pages_waiting INTEGER NOT NULL,
  pages TEXT NOT NULL,
  reason VARCHAR(200) NOT NULL,
  read_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT ck_extracted_texts_state CHECK (state IN ('waiting', 'done', 'unreadable')),
  CONSTRAINT fk_extracted_texts_attachment_id FOREIGN KEY(attachment_id) REFERENCES attachments (id),
  CONSTRAINT pk_extracted_texts PRIMARY KEY (attachment_id)
);

CREATE TABLE notification_reads (
  person_id INTEGER NOT NULL,
  notification_id BIGINT NOT NULL,
  CONSTRAINT fk_notification_reads_notification_id FOREIGN KEY(notification_id) REFERENCES notifications (id) ON DELETE CASCADE,
  CONSTRAINT fk_notification_reads_person_id FOREIGN KEY(person_id) REFERENCES people (id),
  CONSTRAINT pk_notification_reads PRIMARY KEY (person_id, notification_id)
);

CREATE INDEX ix_notification_reads_notification_id ON notification_reads (notification_id);

CREATE TABLE deliveries (
  id BIGSERIAL NOT NULL,
  public_id VARCHAR(20) NOT NULL,
  version INTEGER NOT NULL,
  letter_id BIGINT NOT NULL,
  office_id INTEGER NOT NULL,
  from_office_id INTEGER,
  part VARCHAR(4) NOT NULL,
  channel VARCHAR(10) NOT NULL,
  state VARCHAR(12) NOT NULL,
  sort_key BIGINT NOT NULL,
  sent_at TIMESTAMP WITH TIME ZONE NOT NULL,
  arrived_at TIMESTAMP WITH TIME ZONE,
  first_opened_at TIMESTAMP WITH TIME ZONE,
  first_opened_by INTEGER,
  settled_at TIMESTAMP WITH TIME ZONE,
  settled_by INTEGER,
  settled_by_name VARCHAR(200) NOT NULL,
  entry_id BIGINT,
  receive_no VARCHAR(40) NOT NULL,
  reason TEXT NOT NULL,
  delivered_on DATE,
  delivered_to VARCHAR(200) NOT NULL,
  proof VARCHAR(300) NOT NULL,
  CONSTRAINT ck_deliveries_channel CHECK (channel IN ('system', 'post', 'email', 'hand')),
  CONSTRAINT ck_deliveries_part CHECK (part IN ('to', 'cc')),
  CONSTRAINT ck_deliveries_reason CHECK (state NOT IN ('rejected', 'failed') OR reason <> ''),
  CONSTRAINT ck_deliveries_received CHECK (state <> 'received' OR entry_id IS NOT NULL),
  CONSTRAINT ck_deliveries_state CHECK (state IN ('arrived', 'received', 'rejected', 'recalled', 'sent', 'delivered', 'failed', 'voided')),
  CONSTRAINT fk_deliveries_entry_id FOREIGN KEY(entry_id) REFERENCES register_entries (id),
  CONSTRAINT fk_deliveries_first_opened_by FOREIGN KEY(first_opened_by) REFERENCES people (id),
  CONSTRAINT fk_deliveries_from_office_id FOREIGN KEY(from_office_id) REFERENCES offices (id),
  CONSTRAINT fk_deliveries_letter_id FOREIGN KEY(letter_id) REFERENCES letters (id),
  CONSTRAINT fk_deliveries_office_id FOREIGN KEY(office_id) REFERENCES offices (id),
  CONSTRAINT fk_deliveries_settled_by FOREIGN KEY(settled_by) REFERENCES people (id),
  CONSTRAINT pk_deliveries PRIMARY KEY (id),
  CONSTRAINT uq_deliveries_public_id UNIQUE (public_id)
);

CREATE INDEX ix_deliveries_entry_id ON deliveries (entry_id);

CREATE INDEX ix_deliveries_inbox ON deliveries (office_id, state, sort_key);

CREATE INDEX ix_deliveries_letter ON deliveries (letter_id, state);

CREATE INDEX ix_deliveries_office ON deliveries (office_id, sort_key);

CREATE INDEX ix_deliveries_sender ON deliveries (from_office_id, state, letter_id);

CREATE UNIQUE INDEX uq_deliveries_live ON deliveries (letter_id, office_id) WHERE state NOT IN ('rejected', 'recalled', 'failed', 'voided');

CREATE TRIGGER deliveries_kept BEFORE TRUNCATE ON deliveries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE proofs (
  delivery_id BIGINT NOT NULL,
  blob_id BIGINT NOT NULL,
  name VARCHAR(255) NOT NULL,
  media_type VARCHAR(100) NOT NULL,
  sha256 VARCHAR(64) NOT NULL,
  added_by INTEGER,
  added_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT fk_proofs_added_by FOREIGN KEY(added_by) REFERENCES people (id),
  CONSTRAINT fk_proofs_blob_id FOREIGN KEY(blob_id) REFERENCES blobs (id),
  CONSTRAINT fk_proofs_delivery_id FOREIGN KEY(delivery_id) REFERENCES deliveries (id),
  CONSTRAINT pk_proofs PRIMARY KEY (delivery_id)
);

CREATE INDEX ix_proofs_blob_id ON proofs (blob_id);

CREATE TRIGGER proofs_no_change BEFORE UPDATE OR DELETE ON proofs FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER proofs_no_truncate BEFORE TRUNCATE ON proofs FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE reminders (
  delivery_id BIGINT NOT NULL,
  reminded_on DATE NOT NULL,
  reminded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT fk_reminders_delivery_id FOREIGN KEY(delivery_id) REFERENCES deliveries (id),
  CONSTRAINT pk_reminders PRIMARY KEY (delivery_id, reminded_on)
);

CREATE TABLE phone_confirmations (
  id BIGSERIAL NOT NULL,
  delivery_id BIGINT NOT NULL,
  confirmed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  with_whom VARCHAR(200) NOT NULL,
  note VARCHAR(300) NOT NULL,
  noted_at TIMESTAMP WITH TIME ZONE NOT NULL,
  noted_by INTEGER,
  noted_by_name VARCHAR(200) NOT NULL,
  CONSTRAINT fk_phone_confirmations_delivery_id FOREIGN KEY(delivery_id) REFERENCES deliveries (id),
  CONSTRAINT fk_phone_confirmations_noted_by FOREIGN KEY(noted_by) REFERENCES people (id),
  CONSTRAINT pk_phone_confirmations PRIMARY KEY (id)
);

CREATE INDEX ix_phone_confirmations_delivery_id ON phone_confirmations (delivery_id);

CREATE TRIGGER phone_confirmations_no_change BEFORE UPDATE OR DELETE ON phone_confirmations FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER phone_confirmations_no_truncate BEFORE TRUNCATE ON phone_confirmations FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE cases (
  id BIGSERIAL NOT NULL,
  public_id VARCHAR(20) NOT NULL,
  version INTEGER NOT NULL,
  office_id INTEGER NOT NULL,
  letter_id BIGINT NOT NULL,
  delivery_id BIGINT NOT NULL,
  entry_id BIGINT NOT NULL,
  group_id INTEGER,
  state VARCHAR(12) NOT NULL,
  opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
  closed_at TIMESTAMP WITH TIME ZONE,
  held_at TIMESTAMP WITH TIME ZONE,
  filed_at TIMESTAMP WITH TIME ZONE,
  folder VARCHAR(80) NOT NULL,
  CONSTRAINT ck_cases_state CHECK (state IN ('registered', 'routed', 'proposed', 'ordered', 'done', 'filed', 'voided')),
  CONSTRAINT fk_cases_delivery_id FOREIGN KEY(delivery_id) REFERENCES deliveries (id),
  CONSTRAINT fk_cases_entry_id FOREIGN KEY(entry_id) REFERENCES register_entries (id),
  CONSTRAINT fk_cases_group_id FOREIGN KEY(group_id) REFERENCES groups (id),
  CONSTRAINT fk_cases_letter_id FOREIGN KEY(letter_id) REFERENCES letters (id),
  CONSTRAINT fk_cases_office_id FOREIGN KEY(office_id) REFERENCES offices (id),
  CONSTRAINT pk_cases PRIMARY KEY (id),
  CONSTRAINT uq_cases_delivery_id UNIQUE (delivery_id),
  CONSTRAINT uq_cases_public_id UNIQUE (public_id)
);

CREATE INDEX ix_cases_letter_id ON cases (letter_id);

CREATE INDEX ix_cases_office_state ON cases (office_id, state, id);

CREATE TRIGGER cases_kept BEFORE TRUNCATE ON cases FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE tasks (
  id BIGSERIAL NOT NULL,
  public_id VARCHAR(20) NOT NULL,
  version INTEGER NOT NULL,
  kind VARCHAR(20) NOT NULL,
  letter_id BIGINT,
  case_id BIGINT,
  office_id INTEGER NOT NULL,
  post_id INTEGER NOT NULL,
  from_post_id INTEGER,
  level INTEGER NOT NULL,
  state VARCHAR(14) NOT NULL,
  note TEXT NOT NULL,
  due_at TIMESTAMP WITH TIME ZONE,
  skip_at TIMESTAMP WITH TIME ZONE,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  settled_at TIMESTAMP WITH TIME ZONE,
  settled_by INTEGER,
  CONSTRAINT ck_tasks_skipped CHECK (state <> 'skipped' OR skip_at IS NOT NULL),
  CONSTRAINT ck_tasks_state CHECK (state IN ('open', 'acknowledged', 'in_progress', 'reported', 'done', 'sent_back', 'withdrawn', 'skipped')),
  CONSTRAINT ck_tasks_subject CHECK ((letter_id IS NULL) <> (case_id IS NULL)),
  CONSTRAINT fk_tasks_case_id FOREIGN KEY(case_id) REFERENCES cases (id),
  CONSTRAINT fk_tasks_from_post_id FOREIGN KEY(from_post_id) REFERENCES posts (id),
  CONSTRAINT fk_tasks_letter_id FOREIGN KEY(letter_id) REFERENCES letters (id),
  CONSTRAINT fk_tasks_office_id FOREIGN KEY(office_id) REFERENCES offices (id),
  CONSTRAINT fk_tasks_post_id FOREIGN KEY(post_id) REFERENCES posts (id),
  CONSTRAINT fk_tasks_settled_by FOREIGN KEY(settled_by) REFERENCES people (id),
  CONSTRAINT pk_tasks PRIMARY KEY (id),
  CONSTRAINT uq_tasks_public_id UNIQUE (public_id)
);

CREATE INDEX ix_tasks_case ON tasks (case_id);

CREATE INDEX ix_tasks_giver ON tasks (from_post_id, state);

CREATE INDEX ix_tasks_letter ON tasks (letter_id);

CREATE INDEX ix_tasks_post ON tasks (post_id, state, kind, id);

CREATE UNIQUE INDEX uq_tasks_one_order ON tasks (case_id) WHERE kind = 'order' AND state = 'open';

CREATE TRIGGER tasks_kept BEFORE TRUNCATE ON tasks FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE endorsements (
  id BIGSERIAL NOT NULL,
  public_id VARCHAR(20) NOT NULL,
  letter_id BIGINT,
  case_id BIGINT,
  task_id BIGINT,
  office_id INTEGER NOT NULL,
  post_id INTEGER NOT NULL,
  person_id INTEGER NOT NULL,
  verb VARCHAR(40) NOT NULL,
  text TEXT NOT NULL,
  name VARCHAR(200) NOT NULL,
  position VARCHAR(300) NOT NULL,
  signature_id INTEGER,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT ck_endorsements_subject CHECK ((letter_id IS NULL) <> (case_id IS NULL)),
  CONSTRAINT fk_endorsements_case_id FOREIGN KEY(case_id) REFERENCES cases (id),
  CONSTRAINT fk_endorsements_letter_id FOREIGN KEY(letter_id) REFERENCES letters (id),
  CONSTRAINT fk_endorsements_office_id FOREIGN KEY(office_id) REFERENCES offices (id),
  CONSTRAINT fk_endorsements_person_id FOREIGN KEY(person_id) REFERENCES people (id),
  CONSTRAINT fk_endorsements_post_id FOREIGN KEY(post_id) REFERENCES posts (id),
  CONSTRAINT fk_endorsements_signature_id FOREIGN KEY(signature_id) REFERENCES signatures (id),
  CONSTRAINT fk_endorsements_task_id FOREIGN KEY(task_id) REFERENCES tasks (id),
  CONSTRAINT pk_endorsements PRIMARY KEY (id),
  CONSTRAINT uq_endorsements_public_id UNIQUE (public_id)
);

CREATE INDEX ix_endorsements_case ON endorsements (case_id);

CREATE INDEX ix_endorsements_letter ON endorsements (letter_id);

CREATE TRIGGER endorsements_no_change BEFORE UPDATE OR DELETE ON endorsements FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER endorsements_no_truncate BEFORE TRUNCATE ON endorsements FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE case_files ADD CONSTRAINT fk_case_files_case_id FOREIGN KEY(case_id) REFERENCES cases (id);

ALTER TABLE case_files ADD CONSTRAINT fk_case_files_endorsement_id FOREIGN KEY(endorsement_id) REFERENCES endorsements (id);

ALTER TABLE letters ADD CONSTRAINT fk_letters_answers_case_id FOREIGN KEY(answers_case_id) REFERENCES cases (id);

ALTER TABLE letters ADD CONSTRAINT fk_letters_entry_id FOREIGN KEY(entry_id) REFERENCES register_entries (id);

CREATE TABLE search_generations (
  id SERIAL NOT NULL,
  state VARCHAR(10) NOT NULL,
  analysis_version INTEGER NOT NULL,
  documents INTEGER DEFAULT '0' NOT NULL,
  mean_length FLOAT DEFAULT '1' NOT NULL,
  CONSTRAINT pk_search_generations PRIMARY KEY (id)
);

CREATE UNIQUE INDEX uq_search_generations_current ON search_generations (state) WHERE state = 'current';

CREATE TABLE search_documents (
  generation INTEGER NOT NULL,
  key BIGINT NOT NULL,
  letter_id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  vis INTEGER[] NOT NULL,
  tsv TSVECTOR NOT NULL,
  length INTEGER NOT NULL,
  dated_on DATE,
  year INTEGER,
  kind VARCHAR(20) NOT NULL,
  office INTEGER,
  CONSTRAINT pk_search_documents PRIMARY KEY (generation, key)
);

CREATE INDEX ix_search_documents_dated ON search_documents (generation, dated_on, letter_id);

CREATE INDEX ix_search_documents_letter ON search_documents (generation, letter_id);

CREATE INDEX ix_search_documents_tsv_vis ON search_documents USING gin (tsv, vis);

CREATE TABLE search_parts (
  generation INTEGER NOT NULL,
  key BIGINT NOT NULL,
  part INTEGER NOT NULL,
  tsv TSVECTOR NOT NULL,
  CONSTRAINT pk_search_parts PRIMARY KEY (generation, key, part)
);

CREATE INDEX ix_search_parts_tsv ON search_parts USING gin (tsv);

CREATE TABLE search_terms (
  generation INTEGER NOT NULL,
  term VARCHAR(200) NOT NULL,
  documents INTEGER NOT NULL,
  CONSTRAINT pk_search_terms PRIMARY KEY (generation, term)
);

ALTER TABLE search_documents ALTER COLUMN tsv SET STORAGE EXTERNAL;
