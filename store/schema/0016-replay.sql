-- Deciding filed mail again (`casegate replay`): in a transaction that is rolled back the mail is forgotten and filed as
-- if it came now. What came out otherwise can be applied; what a person has decided stays. For the operator.

-- The messages that this delivery was the first to bring. (One that had come before, and was held until a user brought the
-- same, is a duplicate of his.)
create function messages_brought(p_delivery bigint) returns bigint[] language sql stable
	return array(select r.message_id from delivery_message_row r join delivery d on d.tenant = r.tenant and d.delivery_id = r.delivery_id
		where r.tenant = tenant_now() and r.delivery_id = p_delivery and d.outcome <> 'duplicate'
			and not exists (select from delivery_message_row e join delivery x on x.tenant = e.tenant and x.delivery_id = e.delivery_id
				where e.tenant = r.tenant and e.message_id = r.message_id and e.delivery_id < p_delivery and x.outcome <> 'duplicate')
		order by r.position);
grant execute on function messages_brought(bigint) to casegate_admin;

-- Forgets a delivery and what it brought; its bytes stay. Returns the case whose own address led it there, if one did.
create function replay_forget(delivery_id bigint) returns bigint language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_messages bigint[];
	v_roots bigint[];
	v_case bigint;
begin
	perform asked_by_operator();
	perform set_config('casegate.again', 'on', true);
	v_messages := messages_brought(replay_forget.delivery_id);
	v_roots := lock_roots(tenant_now(), array(select distinct m.thread_id from message m
		where m.tenant = tenant_now() and m.message_id = any(v_messages) and m.thread_id is not null));
	v_case := (select case_final(e.tenant, e.case_id) from evidence e where e.tenant = tenant_now() and e.delivery_id = replay_forget.delivery_id
		and e.signal = 'token' and e.chosen limit 1);
	delete from evidence e where e.tenant = tenant_now() and e.delivery_id = replay_forget.delivery_id;
	-- One that could not be read is written anew under its number.
	delete from delivery d where d.tenant = tenant_now() and d.delivery_id = replay_forget.delivery_id and d.outcome = 'failed';
	update delivery d set is_first = false, message_id = null, held_message = null
		where d.tenant = tenant_now() and (d.delivery_id = replay_forget.delivery_id or d.message_id = any(v_messages));
	delete from delivery_message_row r where r.tenant = tenant_now() and r.message_id = any(v_messages);
	perform keys_drop(v_roots, v_messages);
	delete from tombstone t using message m where m.tenant = tenant_now() and m.message_id = any(v_messages) and t.tenant = m.tenant
		and t.key = any(array_prepend(m.own_key, m.other_keys));
	perform messages_drop(v_messages);
	perform threads_drop(v_roots);
	return v_case;
end $$;

-- When a person touched a case: what mail and replays do to it is no touch.
create function touched_at_of(p_case bigint) returns timestamptz language sql stable
	return (select c.touched_at from case_file c where c.tenant = tenant_now() and c.case_id = p_case);

-- A message into a case, or into one of its own (p_case null), as mail would have placed it. False: a person placed it, or
-- has done something with its case.
create function replay_move(message_id bigint, case_id bigint) returns boolean language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	m record;
	v_case bigint;
	v_touched_at timestamptz;
begin
	perform asked_by_operator();
	select x.case_id, x.thread_id, x.by_human, x.submitted_by, subject_shown(x.subject, x.base_subject) as subject into strict m
		from message x where x.tenant = tenant_now() and x.message_id = replay_move.message_id;
	if m.by_human or touched_at_of(m.case_id) is not null then
		return false;
	end if;
	v_case := coalesce(case_final(tenant_now(), replay_move.case_id), case_open(tenant_now(), m.subject, m.submitted_by));
	perform act_lock(array[v_case, m.case_id], array[m.thread_id]);
	v_touched_at := touched_at_of(v_case);
	perform message_move(tenant_now(), replay_move.message_id, v_case, false);
	update case_file c set touched_at = v_touched_at where c.tenant = tenant_now() and c.case_id = v_case;
	perform case_wake(tenant_now(), v_case, array[replay_move.message_id]);
	return true;
end $$;

-- A mail's direction by today's people.
create function replay_direct(message_id bigint, direction text) returns boolean language plpgsql
	security definer set search_path = casegate, pg_temp as $$
begin
	perform asked_by_operator();
	update message m set direction = replay_direct.direction where m.tenant = tenant_now() and m.message_id = replay_direct.message_id;
	return found;
end $$;

-- A mail that waits into a case, or one of its own, on the word of who sent it: a user (who may be a colleague by domain
-- without an account yet), or a participant (null). False: it does not wait any more, or could not be read.
create function replay_release(delivery_id bigint, case_id bigint, "user" text, direction text) returns boolean language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	d delivery;
	m record;
	v_case bigint;
	v_touched_at timestamptz;
begin
	perform asked_by_operator();
	select * into strict d from delivery x where x.tenant = tenant_now() and x.delivery_id = replay_release.delivery_id for update;
	if d.outcome <> 'held' or d.held_message is null then
		return false;
	end if;
	select x.kind, subject_shown(x.subject, x.base_subject) as subject into m from message x where x.tenant = tenant_now() and x.message_id = d.held_message;
	if replay_release."user" is not null and not exists (select from tenant_user u where u.tenant = tenant_now() and u."user" = replay_release."user") then
		insert into tenant_user (tenant, "user", is_by_domain) values (tenant_now(), replay_release."user", true);
		insert into user_address (tenant, address, "user") values (tenant_now(), replay_release."user", replay_release."user") on conflict do nothing;
	end if;
	update delivery x set submitted_by = replay_release."user", standing = case when replay_release."user" is null then 'known' else 'user' end
		where x.tenant = tenant_now() and x.delivery_id = d.delivery_id;
	v_case := coalesce(case_final(tenant_now(), replay_release.case_id), case_open(tenant_now(), m.subject, replay_release."user"));
	v_touched_at := touched_at_of(v_case);
	perform message_attach(tenant_now(), d.held_message, v_case);
	update case_file c set touched_at = v_touched_at where c.tenant = tenant_now() and c.case_id = v_case;
	update message x set by_human = false, submitted_by = replay_release."user", direction = replay_release.direction where x.tenant = tenant_now() and x.message_id = d.held_message;
	perform delivery_release(d.delivery_id, d.held_message, v_case, replay_release.case_id is null);
	update evidence e set signal = 'replayed' where e.tenant = tenant_now() and e.delivery_id = d.delivery_id and e.signal = 'released';
	if m.kind = 'mail' and closed_answer(tenant_now(), v_case) = 'reopen' then
		perform case_state_set(v_case, 'open');
	end if;
	if replay_release."user" is not null and replay_release.case_id is not null then
		perform member_file(tenant_now(), v_case, d.held_message, replay_release."user", d.delivery_id);
	end if;
	perform event_add(tenant_now(), 'mail_released', v_case, d.held_message, d.delivery_id);
	perform event_add(tenant_now(), 'message_filed', v_case, d.held_message, d.delivery_id);
	return true;
end $$;

-- A filed mail waits from now on. False: a person placed it, or other deliveries brought it, too.
create function replay_hold(delivery_id bigint, reason text) returns boolean language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_messages bigint[];
	v_roots bigint[];
	v_case bigint;
begin
	perform asked_by_operator();
	v_messages := messages_brought(replay_hold.delivery_id);
	if cardinality(v_messages) <> 1 or exists (select from message m where m.tenant = tenant_now() and m.message_id = v_messages[1] and (m.by_human or m.case_id is null))
			or exists (select from delivery_message_row r where r.tenant = tenant_now() and r.message_id = v_messages[1] and r.delivery_id <> replay_hold.delivery_id) then
		return false;
	end if;
	v_roots := lock_roots(tenant_now(), array(select m.thread_id from message m where m.tenant = tenant_now() and m.message_id = v_messages[1]));
	v_case := (select m.case_id from message m where m.tenant = tenant_now() and m.message_id = v_messages[1]);
	perform keys_drop(v_roots, v_messages);
	update message m set case_id = null, thread_id = null, pin = null, pin_auto = null where m.tenant = tenant_now() and m.message_id = v_messages[1];
	perform threads_drop(v_roots);
	update delivery d set outcome = 'held', message_id = null, held_message = v_messages[1], opened_case = false, reason = replay_hold.reason
		where d.tenant = tenant_now() and d.delivery_id = replay_hold.delivery_id;
	update evidence e set chosen = false, strength = 'suggestion' where e.tenant = tenant_now() and e.delivery_id = replay_hold.delivery_id;
	perform event_add(tenant_now(), 'mail_held', null, null, replay_hold.delivery_id);
	if not exists (select from case_file c where c.tenant = tenant_now() and c.case_id = v_case and c.touched_at is not null) then
		perform cases_drop(array[v_case]);
	end if;
	return true;
end $$;

-- Two cases that are one by today's rules. False: people decided about both.
create function replay_merge("from" bigint, "into" bigint) returns boolean language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_from bigint;
	v_into bigint;
begin
	perform asked_by_operator();
	v_from := case_final(tenant_now(), replay_merge."from");
	v_into := case_final(tenant_now(), replay_merge."into");
	if v_from = v_into then
		return true;
	end if;
	perform act_lock(array[v_from, v_into], '{}');
	if (select count(*) from case_file c where c.tenant = tenant_now() and c.case_id in (v_from, v_into) and c.touched_at is not null) = 2 then
		return false;
	end if;
	perform unite_cases(tenant_now(), v_from, v_into, null);
	return true;
end $$;

grant execute on function replay_forget(bigint), replay_move(bigint, bigint), replay_release(bigint, bigint, text, text), replay_direct(bigint, text), replay_hold(bigint, text),
	replay_merge(bigint, bigint) to casegate_admin;
