-- Mail that waits: what a person does with it, and what ends its waiting when somebody brings the same mail.

-- Mail that could not be read and was released all the same: a worker parses it again and completes its message.
create table reparse (
	tenant       text not null,
	delivery_id  bigint not null,
	message_id   bigint not null,
	requested_at timestamptz not null default now(),
	claimed_at   timestamptz,                             -- once and for all before it is read: reading it may kill the reader
	primary key (tenant, delivery_id),
	foreign key (tenant, delivery_id) references delivery,
	foreign key (tenant, message_id) references message
);
create index reparse_requested on reparse (requested_at);
alter table reparse enable row level security;
alter table reparse force row level security;
create policy tenant on reparse to casegate_owner, casegate_gateway, casegate_graph, casegate_web
	using (tenant = casegate.tenant_now()) with check (tenant = casegate.tenant_now());
create policy admin on reparse to casegate_admin using (true) with check (true);
grant select, insert, update, delete on reparse to casegate_gateway, casegate_admin;

-- The message of a delivery that nobody could read: what the delivery knows.
create function message_unread(p_delivery bigint) returns bigint language plpgsql as $$
declare
	v_message bigint;
begin
	insert into message (tenant, own_key, ref_keys, refs, weak, base_subject, internet_message_id, identity, is_reconstructed, direction, source, kind,
			from_name, from_address, from_key, subject, sent_at, sent_precision, received_at, submitted_by, text, source_sha256, delivery_id)
		select d.tenant, key_of('d', 'delivery ' || d.delivery_id), '{}', '{}', false, lower(coalesce(d.subject, '')), d.internet_message_id, 'content', true,
			'in', 'direct', d.kind, d.from_name, d.from_address, lower(d.from_address), coalesce(d.subject, ''), d.received_at, 'none', d.received_at,
			d.submitted_by, '', d.source_sha256, d.delivery_id
		from delivery d where d.tenant = tenant_now() and d.delivery_id = p_delivery
		returning message.message_id into v_message;
	insert into reparse (tenant, delivery_id, message_id) values (tenant_now(), p_delivery, v_message);
	return v_message;
end $$;

-- Waits: held, failed, or refused by somebody who changes his mind (never_file keeps no bytes).
create function waiting_delivery(p_delivery bigint) returns delivery language plpgsql as $$
declare
	d delivery;
begin
	select * into d from delivery x where x.tenant = tenant_now() and x.delivery_id = p_delivery for update;
	if not found then
		raise exception 'no delivery %', coalesce(p_delivery::text, 'null') using errcode = 'no_data_found';
	end if;
	if d.outcome in ('filed', 'duplicate') or not exists (select from content k where k.tenant = d.tenant and k.sha256 = d.source_sha256) then
		raise exception 'delivery % does not wait: it is %', p_delivery, d.outcome using errcode = 'object_not_in_prerequisite_state';
	end if;
	return d;
end $$;

-- The same bytes came again while the first waited: those deliveries are where it is now.
create function resends_follow(p_tenant text, p_delivery bigint, p_message bigint) returns void language plpgsql as $$
declare
	v_case bigint := (select m.case_id from message m where m.tenant = p_tenant and m.message_id = p_message);
	v_resend bigint;
begin
	for v_resend in
		update delivery d set message_id = p_message from delivery f
			where f.tenant = p_tenant and f.delivery_id = p_delivery and d.tenant = p_tenant and d.source_sha256 = f.source_sha256
				and d.recipient = f.recipient and d.outcome = 'duplicate' and d.message_id is null
			returning d.delivery_id
	loop
		insert into delivery_message_row (tenant, delivery_id, message_id, position) values (p_tenant, v_resend, p_message, 0) on conflict do nothing;
		insert into evidence (tenant, delivery_id, position, case_id, signal, strength, chosen)
			select p_tenant, v_resend, coalesce(max(e.position), -1) + 1, v_case, 'same_bytes', 'certain', true
			from evidence e where e.tenant = p_tenant and e.delivery_id = v_resend;
	end loop;
end $$;

-- What a released delivery is now, and why.
create function delivery_release(p_delivery bigint, p_message bigint, p_case bigint, p_opened boolean) returns void language plpgsql as $$
declare
	v_position int := (select coalesce(max(e.position), -1) + 1 from evidence e where e.tenant = tenant_now() and e.delivery_id = p_delivery);
begin
	update delivery d set outcome = 'filed', message_id = p_message, held_message = null, opened_case = p_opened
		where d.tenant = tenant_now() and d.delivery_id = p_delivery;
	insert into delivery_message_row (tenant, delivery_id, message_id, position) values (tenant_now(), p_delivery, p_message, 0)
		on conflict do nothing;
	insert into evidence (tenant, delivery_id, position, case_id, signal, detail, strength, chosen)
		values (tenant_now(), p_delivery, v_position, p_case, 'released', user_now(), 'certain', true);
	if p_opened then
		insert into evidence (tenant, delivery_id, position, case_id, signal, strength, chosen)
			values (tenant_now(), p_delivery, v_position + 1, p_case, 'new', 'certain', true);
	end if;
	perform resends_follow(tenant_now(), p_delivery, p_message);
end $$;

create function release_held(delivery_id bigint, case_id bigint default null) returns bigint language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	d delivery;
	m record;
	v_message bigint;
	v_case bigint;
begin
	perform asked_by_all('releasing held mail');
	v_case := case when release_held.case_id is not null then seen_case(release_held.case_id) end;
	d := waiting_delivery(release_held.delivery_id);
	v_message := coalesce(d.held_message, message_unread(d.delivery_id));
	select subject_shown(x.subject, x.base_subject) as subject, x.kind into m from message x where x.tenant = tenant_now() and x.message_id = v_message;
	v_case := coalesce(v_case, case_open(tenant_now(), m.subject, user_now()));
	perform message_attach(tenant_now(), v_message, v_case);
	perform case_touch(array[v_case]);
	perform delivery_release(d.delivery_id, v_message, v_case, release_held.case_id is null);
	if m.kind = 'mail' and closed_answer(tenant_now(), v_case) = 'reopen' then
		perform case_state_set(v_case, 'open');
	end if;
	if user_now() is not null then
		perform member_set(v_case, user_now());
	end if;
	perform event_add(tenant_now(), 'mail_released', v_case, v_message, d.delivery_id);
	perform event_add(tenant_now(), 'message_filed', v_case, v_message, d.delivery_id);
	return v_message;
end $$;

-- Sends nothing; the bytes stay until retention ends.
create function refuse_held(delivery_id bigint) returns void language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	d delivery;
begin
	perform asked_by_all('refusing held mail');
	d := waiting_delivery(refuse_held.delivery_id);
	if d.outcome = 'rejected' then
		return;
	end if;
	update delivery x set outcome = 'rejected', reason = 'refused by ' || coalesce(user_now(), 'the operator')
		where x.tenant = tenant_now() and x.delivery_id = d.delivery_id;
	perform event_add(tenant_now(), 'mail_refused', null, null, d.delivery_id, jsonb_build_object('reason', d.reason));
end $$;

grant execute on function release_held(bigint, bigint), refuse_held(bigint) to casegate_app, casegate_admin;

-- A mail was held, and now a user brought it: the held delivery is a duplicate of it.
create function held_end(p_tenant text, p_held bigint, p_message bigint, p_delivery bigint, p_signal text, p_detail text, p_strength text)
	returns void language plpgsql as $$
declare
	v_waiting bigint;
	v_case bigint := (select case_id from message where tenant = p_tenant and message_id = p_message);
begin
	select held_message into v_waiting from delivery where tenant = p_tenant and delivery_id = p_held and outcome = 'held' for update;
	if v_waiting is null then
		return;                                                -- a person was quicker
	end if;
	update delivery set outcome = 'duplicate', message_id = p_message, held_message = null where tenant = p_tenant and delivery_id = p_held;
	perform message_drop(p_tenant, v_waiting);
	insert into delivery_message_row (tenant, delivery_id, message_id, position) values (p_tenant, p_held, p_message, 0) on conflict do nothing;
	perform evidence_add(p_tenant, p_held, 0, v_case, v_case, p_signal, p_detail, p_strength);
	perform resends_follow(p_tenant, p_held, p_message);
	perform event_add(p_tenant, 'mail_released', v_case, p_message, p_held, jsonb_build_object('brought_by', p_delivery));
end $$;

-- A mail is about to be held because its sender takes part in no case.
create function ensure_stranger(p_tenant text, p_address text) returns void language plpgsql as $$
begin
	if exists (select from participant p where p.tenant = p_tenant and p.address_key = p_address and p.case_id is not null
			and not p.is_agent and p.role in ('from', 'to', 'cc')) then
		raise exception '% takes part by now', p_address using errcode = 'serialization_failure';
	end if;
end $$;

-- By its Message-ID; a robot's with another Date and text is another mail. (What was brought in a text without one is found by its content: store/waiting.c.) Returns which.
create function held_become_duplicate(p_tenant text, p_message bigint, p_delivery bigint) returns bigint[] language plpgsql as $$
declare
	v_held bigint[] := array(
		select d.delivery_id from delivery d join message m on m.tenant = d.tenant and m.message_id = p_message
		join message h on h.tenant = d.tenant and h.message_id = d.held_message
		where d.tenant = p_tenant and d.outcome = 'held' and d.internet_message_id = m.internet_message_id and d.delivery_id <> p_delivery
			and h.from_key is not distinct from m.from_key and h.base_subject = m.base_subject
			and (m.is_reconstructed or h.sent_at is not distinct from m.sent_at or h.text = m.text)
		order by d.delivery_id);
begin
	perform held_end(p_tenant, h, p_message, p_delivery, 'message_id',
		(select m.internet_message_id from message m where m.tenant = p_tenant and m.message_id = p_message), 'certain') from unnest(v_held) h;
	return v_held;
end $$;

-- Such a duplicate is decided once more, as if it came now (store/ingest.c): it is written anew under its number.
create function held_forget(p_delivery bigint) returns bigint language plpgsql security definer set search_path = casegate, pg_temp as $$
begin
	delete from delivery_message_row r where r.tenant = tenant_now() and r.delivery_id = p_delivery;
	delete from evidence e where e.tenant = tenant_now() and e.delivery_id = p_delivery;
	delete from delivery d where d.tenant = tenant_now() and d.delivery_id = p_delivery and d.outcome = 'duplicate' and d.is_first;
	if not found then
		raise exception 'delivery % is no duplicate', p_delivery using errcode = 'object_not_in_prerequisite_state';
	end if;
	return null;                                           -- no case by its address
end $$;
revoke all on function held_forget(bigint) from public;
grant execute on function held_forget(bigint) to casegate_gateway, casegate_graph, casegate_admin;

-- The next mail to parse again, for any tenant.
create policy claiming on reparse to casegate_owner using (true) with check (true);
create function reparse_claim() returns table (tenant text, delivery_id bigint, message_id bigint, own_key uuid, source_sha256 bytea,
		envelope_from text, received_at timestamptz) language plpgsql security definer set search_path = casegate, pg_temp as $$
#variable_conflict use_column
declare
	r reparse;
begin
	select * into r from reparse q where q.claimed_at is null order by q.requested_at limit 1 for update skip locked;
	if not found then
		return;
	end if;
	update reparse q set claimed_at = now() where q.tenant = r.tenant and q.delivery_id = r.delivery_id;
	perform set_config('casegate.tenant', r.tenant, true);
	return query select d.tenant, d.delivery_id, m.message_id, m.own_key, d.source_sha256, d.envelope_from, d.received_at
		from delivery d join message m on m.tenant = d.tenant and m.message_id = r.message_id
		where d.tenant = r.tenant and d.delivery_id = r.delivery_id;
end $$;
revoke all on function reparse_claim() from public;
grant execute on function reparse_claim() to casegate_gateway, casegate_admin;
