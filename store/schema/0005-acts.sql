-- What people do: the functions that the app calls (docs/SCHEMA.md). Each runs with the owner's rights inside the
-- tenant that is signed in, so each begins with who asks and whether he sees what he names; what he does not see
-- is the same error as what is not there. A human's decision stays: cases are touched, messages pinned.
-- An error 40001 or 40P01 says that mail came in between: the same transaction again will do.

-- -------------------------------------------------------------------- who asks

-- The operator: casegate_admin or a superuser. The setting role is the caller's, also inside our functions.
create function is_operator() returns boolean language sql stable
	return (select r.rolname = 'casegate_admin' or r.rolsuper from pg_roles r
		where r.rolname = coalesce(nullif(current_setting('role', true), 'none'), session_user));

-- May he see every case of the tenant?
create function asks_for_all() returns boolean language sql stable
	return is_operator() or sees_all();

-- The operator reads the bytes of every tenant unsigned: a read takes place in the row's own tenant, which is left again.
do $$
declare
	t text;
begin
	foreach t in array array['delivery', 'message', 'attachment'] loop
		execute format('create policy operator on %I for select to casegate_owner using ((select casegate.is_operator()))', t);
	end loop;
end $$;
create function operator_enter(p_tenant text) returns text language plpgsql volatile as $$
declare
	v_before text := coalesce(tenant_now(), '');
begin
	if p_tenant is not null and user_now() is null and is_operator() then
		perform set_config('casegate.tenant', p_tenant, true);
	end if;
	return v_before;
end $$;
create function operator_leave(p_before text) returns void language sql volatile
begin atomic
	select set_config('casegate.tenant', p_before, true);
end;

create function asked_by_somebody() returns void language plpgsql as $$
begin
	if tenant_now() is null or (user_now() is null and not is_operator()) then
		raise exception 'nobody is signed in: casegate.sign_in(tenant, user) comes first in each transaction'
			using errcode = 'invalid_authorization_specification';
	end if;
	if user_now() is not null and not exists (select from tenant_user u
			where u.tenant = tenant_now() and u."user" = user_now() and u.removed_at is null) then
		raise exception 'no user "%" in tenant "%"', user_now(), tenant_now() using errcode = 'invalid_authorization_specification';
	end if;
end $$;

create function asked_by_all(p_what text) returns void language plpgsql as $$
begin
	perform asked_by_somebody();
	if not asks_for_all() then
		raise exception '% is for users with the role all', p_what using errcode = 'insufficient_privilege';
	end if;
end $$;

create function is_member(p_case bigint) returns boolean language sql stable
	return exists (select from case_member m
		where m.tenant = tenant_now() and m.case_id = p_case and m."user" = user_now() and m.removed_at is null);

-- The same rules as the policies in 0002.
create function asker_sees_message(p_message bigint) returns boolean language sql stable
	return exists (select from message m where m.tenant = tenant_now() and m.message_id = p_message and m.case_id is not null and (
		asks_for_all() or m.submitted_by = user_now()
		or coalesce((select s.may from message_sight s where s.tenant = m.tenant and s.message_id = m.message_id and s."user" = user_now()), is_member(m.case_id))));
create function asker_sees_delivery(p_delivery bigint) returns boolean language sql stable
	return exists (select from delivery d where d.tenant = tenant_now() and d.delivery_id = p_delivery and (
		asks_for_all() or d.submitted_by = user_now() or asker_sees_message(d.message_id)));

-- The case itself, also a merged one.
create function named_case(p_case bigint) returns bigint language plpgsql stable as $$
begin
	perform asked_by_somebody();
	if not exists (select from case_file c where c.tenant = tenant_now() and c.case_id = p_case) or not (asks_for_all() or is_member(p_case)) then
		raise exception 'no case %', coalesce(p_case::text, 'null') using errcode = 'no_data_found';
	end if;
	return p_case;
end $$;
-- What has become of it: the case to act on.
create function seen_case(p_case bigint) returns bigint language sql stable
	return named_case(case_final(tenant_now(), named_case(p_case)));
create function seen_message(p_message bigint) returns bigint language plpgsql stable as $$
begin
	perform asked_by_somebody();
	if p_message is null or not asker_sees_message(p_message) then
		raise exception 'no message %', coalesce(p_message::text, 'null') using errcode = 'no_data_found';
	end if;
	return p_message;
end $$;

create function reference_of(p_case bigint) returns text language sql stable
	return (select case_reference(c.number) from case_file c where c.tenant = tenant_now() and c.case_id = p_case);

-- From now on no mail merges these cases away. One that mail merged a moment ago is another case now.
create function case_touch(p_cases bigint[]) returns void language plpgsql as $$
begin
	update case_file c set touched_at = now() where c.tenant = tenant_now() and c.case_id = any(p_cases) and c.touched_at is null;
	if exists (select from case_file c where c.tenant = tenant_now() and c.case_id = any(p_cases) and c.state = 'merged') then
		raise exception 'a case was merged meanwhile' using errcode = 'serialization_failure';
	end if;
end $$;

-- Locks what the decision touches (lock_cases). Mail that comes in between moves cases: look again then.
create function act_lock(p_cases bigint[], p_threads bigint[]) returns void language plpgsql as $$
begin
	for v_try in 1 .. 5 loop
		begin
			perform lock_cases(tenant_now(), array(select distinct case_final(tenant_now(), c) from unnest(p_cases) c), p_threads);
			return;
		exception when serialization_failure then
			if v_try = 5 then
				raise;
			end if;
		end;
	end loop;
end $$;

-- --------------------------------------------------------------------- sources

create function content_of(p_sha256 bytea) returns bytea language sql stable
	return (select string_agg(c.bytes, ''::bytea order by c.piece) from content c where c.tenant = tenant_now() and c.sha256 = p_sha256);

-- null: erased.
create function attachment_content(attachment_id bigint) returns bytea language plpgsql stable
	security definer set search_path = casegate, pg_temp as $$
declare
	v_before text := operator_enter((select x.tenant from attachment x where x.attachment_id = attachment_content.attachment_id));
	v_content bytea;
	a record;
begin
	perform asked_by_somebody();
	select x.message_id, x.case_id, x.sha256, x.size into a from attachment x
		where x.tenant = tenant_now() and x.attachment_id = attachment_content.attachment_id;
	if not found or not (case when a.message_id is not null then asker_sees_message(a.message_id) else asks_for_all() or is_member(a.case_id) end) then
		raise exception 'no attachment %', coalesce(attachment_content.attachment_id::text, 'null') using errcode = 'no_data_found';
	end if;
	v_content := case when a.size = 0 then ''::bytea else content_of(a.sha256) end;
	perform operator_leave(v_before);
	return v_content;
end $$;

-- Our trace lines, then the bytes as they came. They may hold more than one mail: who did not bring them must
-- see all that is in them. null: not kept.
create function delivery_source(delivery_id bigint) returns bytea language plpgsql stable
	security definer set search_path = casegate, pg_temp as $$
declare
	v_before text := operator_enter((select x.tenant from delivery x where x.delivery_id = delivery_source.delivery_id));
	v_source bytea;
	d record;
begin
	perform asked_by_somebody();
	select x.submitted_by, x.source_sha256, x.trace into d from delivery x
		where x.tenant = tenant_now() and x.delivery_id = delivery_source.delivery_id;
	if not found or not asker_sees_delivery(delivery_source.delivery_id)
			or not (asks_for_all() or coalesce(d.submitted_by = user_now(), false) or not exists (select from delivery_message_row r
				where r.tenant = tenant_now() and r.delivery_id = delivery_source.delivery_id and not asker_sees_message(r.message_id))) then
		raise exception 'no delivery %', coalesce(delivery_source.delivery_id::text, 'null') using errcode = 'no_data_found';
	end if;
	v_source := convert_to(d.trace, 'UTF8') || content_of(d.source_sha256);
	perform operator_leave(v_before);
	return v_source;
end $$;

-- An attached original's own bytes; else those of the delivery that brought it. null: one that we send.
create function message_source(message_id bigint) returns bytea language plpgsql stable
	security definer set search_path = casegate, pg_temp as $$
declare
	v_before text := operator_enter((select x.tenant from message x where x.message_id = message_source.message_id));
	v_source bytea;
	m record;
begin
	perform seen_message(message_source.message_id);
	select x.source_sha256, x.is_own_source, d.trace into m
		from message x left join delivery d on d.tenant = x.tenant and d.delivery_id = x.delivery_id
		where x.tenant = tenant_now() and x.message_id = message_source.message_id;
	v_source := case when m.is_own_source then ''::bytea else convert_to(coalesce(m.trace, ''), 'UTF8') end || content_of(m.source_sha256);
	perform operator_leave(v_before);
	return v_source;
end $$;

-- ------------------------------------------------------- where a message belongs

-- The cases of a thread's messages, but for one: what a move changes is told one by one.
create type case_places as (message_ids bigint[], case_ids bigint[]);
create function places_of(p_root bigint, p_without bigint) returns case_places language plpgsql stable as $$
declare
	v_places case_places;
begin
	select array_agg(m.message_id), array_agg(m.case_id) into v_places from message m
		where m.tenant = tenant_now() and m.thread_id in (select class_of(tenant_now(), p_root)) and m.message_id is distinct from p_without;
	return v_places;
end $$;
-- p_with: the message that they followed, or whose coming changed their place. A merge was told as such.
create function moves_tell(p_before case_places, p_with bigint) returns void language plpgsql as $$
begin
	perform event_add(tenant_now(), 'message_moved', m.case_id, m.message_id, null, jsonb_build_object('from', b.case_id, 'with', p_with))
		from unnest(p_before.message_ids, p_before.case_ids) b(message_id, case_id)
		join message m on m.tenant = tenant_now() and m.message_id = b.message_id
		where m.case_id <> b.case_id and m.case_id <> case_final(tenant_now(), b.case_id);
end $$;

-- A message goes into a case, and what answers it follows.
create function message_take(p_message bigint, p_case bigint) returns void language plpgsql as $$
declare
	m record;
begin
	select x.case_id, x.thread_id into m from message x where x.tenant = tenant_now() and x.message_id = p_message;
	perform act_lock(array[p_case, m.case_id], array[m.thread_id]);
	perform message_move(tenant_now(), p_message, case_final(tenant_now(), p_case), true);
end $$;

-- What answers a message goes with it: he must see the whole case that it lies in, not only what he brought there.
create function movable_message(p_message bigint) returns bigint language plpgsql stable as $$
begin
	perform seen_message(p_message);
	perform named_case((select m.case_id from message m where m.tenant = tenant_now() and m.message_id = p_message));
	return p_message;
end $$;

create function move_message(message_id bigint, case_id bigint) returns void language plpgsql
	security definer set search_path = casegate, pg_temp as $$
begin
	perform message_take(movable_message(move_message.message_id), seen_case(move_message.case_id));
end $$;

-- The subject as a case shows it: without prefixes, where what is left of it is what is compared.
create function subject_shown(p_subject text, p_base text) returns text language sql immutable strict parallel safe
	return case when p_base <> '' and lower(right(p_subject, length(p_base))) = p_base then right(p_subject, length(p_base)) else p_subject end;

-- A message becomes a case of its own. Who could see it there sees it here.
create function split_message(message_id bigint) returns bigint language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_message bigint := movable_message(split_message.message_id);
	m record;
	v_case bigint;
	v_user text;
begin
	select x.case_id, subject_shown(x.subject, x.base_subject) as subject into m
		from message x where x.tenant = tenant_now() and x.message_id = v_message;
	v_case := case_open(tenant_now(), m.subject, user_now());
	for v_user in select c."user" from case_member c where c.tenant = tenant_now() and c.case_id = m.case_id and c.removed_at is null
			and c."user" is distinct from user_now() and not exists (select from message_sight s
				where s.tenant = c.tenant and s.message_id = v_message and s."user" = c."user" and not s.may) order by 1 loop
		perform member_set(v_case, v_user);
	end loop;
	perform message_take(v_message, v_case);
	return v_case;
end $$;

-- ------------------------------------------------------------- merge and unmerge

create function merge_cases("from" bigint, "into" bigint) returns void language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_from bigint := named_case(merge_cases."from");
	v_into bigint := seen_case(merge_cases."into");
begin
	if v_from = v_into then
		raise exception 'a case cannot be merged into itself' using errcode = 'invalid_parameter_value';
	end if;
	if case_final(tenant_now(), v_from) = v_into then
		return;                                                -- it has been already
	end if;
	perform asked_unmerged(v_from);
	perform act_lock(array[v_from, v_into], '{}');
	perform asked_unmerged(v_from);
	v_into := case_final(tenant_now(), v_into);
	perform case_touch(array[v_from, v_into]);
	perform unite_cases(tenant_now(), v_from, v_into, coalesce(user_now(), ''));
end $$;

create function asked_unmerged(p_case bigint) returns void language plpgsql stable as $$
begin
	if exists (select from case_file c where c.tenant = tenant_now() and c.case_id = p_case and c.state = 'merged') then
		raise exception 'case % was merged into %', reference_of(p_case), reference_of(case_final(tenant_now(), p_case))
			using errcode = 'object_not_in_prerequisite_state';
	end if;
end $$;

-- Puts messages back where a merge took them from, each by a pin, and with them what came since and answers them. What lay
-- in the target before stays there. A thread that was the merged case's, and joined no other, is so again, with all that
-- will come to it. As they lie then, they were parted by a person: no mail that comes moves them.
create function messages_return(p_merge case_merge, p_ids bigint[], p_from bigint) returns void language plpgsql as $$
declare
	v_roots bigint[] := array(select distinct root_of(tenant_now(), m.thread_id) from message m where m.tenant = tenant_now() and m.message_id = any(p_ids));
	v_stay bigint[] := array(select m.message_id from message m where m.tenant = tenant_now() and m.case_id = p_from and m.message_id <> all(p_ids)
		and m.filed_at < p_merge.at and m.thread_id in (select class_of(tenant_now(), r) from unnest(v_roots) r));
begin
	update message m set pin = p_merge.from_case, by_human = true where m.tenant = tenant_now() and m.message_id = any(p_ids);
	update thread t set branched = true,
		case_id = case when t.case_id = p_from and not exists (select from class_of(t.tenant, t.thread_id) c(id) where c.id <> all(p_merge.threads))
			then p_merge.from_case else t.case_id end
		where t.tenant = tenant_now() and t.thread_id = any(v_roots);
	perform settle(tenant_now(), r) from unnest(v_roots) r;
	update message m set pin = p_from, by_human = true where m.tenant = tenant_now() and m.message_id = any(v_stay) and m.case_id <> p_from;
	if found then
		perform settle(tenant_now(), r) from unnest(v_roots) r;
	end if;
	perform case_hold(tenant_now(), c, v_roots) from unnest(array[p_merge.from_case, p_from]) c;
end $$;

-- Who became a member of the target by a merge is none of it any more, nor of what the target has become by that.
create function members_return(p_merge case_merge) returns void language plpgsql as $$
declare
	v_step case_merge := p_merge;
	v_gone text[] := p_merge.members;
	v_user text;
begin
	while cardinality(v_gone) > 0 loop
		foreach v_user in array v_gone loop
			delete from case_member m where m.tenant = tenant_now() and m.case_id = v_step.into_case and m."user" = v_user and m.removed_at is null;
			if found then
				perform event_add(tenant_now(), 'member_removed', v_step.into_case, null, null, jsonb_build_object('user', v_user));
			end if;
		end loop;
		select * into v_step from case_merge g where g.tenant = tenant_now() and g.from_case = v_step.into_case and g.undone_at is null
			order by g.merge_id desc limit 1;
		exit when not found;
		v_gone := array(select unnest(v_gone) intersect select unnest(v_step.members) order by 1);
	end loop;
end $$;

-- Takes the last merge of a case back, whoever made it: the messages that came with it and still lie in the target,
-- and the members. He who sees the merged case may.
create function unmerge_case(case_id bigint) returns void language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_case bigint := named_case(unmerge_case.case_id);
	v_merge case_merge;
	v_into bigint := case_final(tenant_now(), v_case);
	v_ids bigint[];
begin
	select * into v_merge from case_merge g where g.tenant = tenant_now() and g.from_case = v_case and g.undone_at is null
		order by g.merge_id desc limit 1;
	if not found or v_into = v_case then
		raise exception 'case % is not merged', reference_of(v_case) using errcode = 'object_not_in_prerequisite_state';
	end if;
	perform act_lock(array[v_into], array(select m.thread_id from message m
		where m.tenant = tenant_now() and m.message_id = any(v_merge.message_ids) and m.case_id = v_into));
	v_into := case_final(tenant_now(), v_case);
	update case_merge g set undone_at = now() where g.tenant = tenant_now() and g.merge_id = v_merge.merge_id and g.undone_at is null;
	if not found then
		return;                                                -- somebody else was faster
	end if;
	v_ids := array(select m.message_id from message m
		where m.tenant = tenant_now() and m.message_id = any(v_merge.message_ids) and m.case_id = v_into order by 1);
	update case_file c set state = case when c.closed_at is null then 'open' else 'closed' end, merged_into = null
		where c.tenant = tenant_now() and c.case_id = v_case;
	perform case_touch(array[v_case, v_into]);
	perform messages_return(v_merge, v_ids, v_into);
	delete from message_sight s where s.tenant = tenant_now() and s.message_id = any(v_ids) and not s.may
		and not exists (select from case_member m where m.tenant = s.tenant and m.case_id = v_case and m."user" = s."user" and m.removed_at is null);
	perform members_return(v_merge);
	perform event_add(tenant_now(), 'case_unmerged', v_case, null, null, jsonb_build_object('from', v_into, 'messages', to_jsonb(v_ids)));
end $$;

-- ------------------------------------------------------------ state and members

create function case_state_set(p_case bigint, p_state text) returns void language plpgsql as $$
begin
	update case_file c set state = p_state, closed_at = case when p_state = 'closed' then now() end
		where c.tenant = tenant_now() and c.case_id = p_case and c.state not in (p_state, 'merged');
	if found then
		perform event_add(tenant_now(), 'case_state', p_case, null, null, jsonb_build_object('state', p_state));
	end if;
end $$;

create function set_case_state(case_id bigint, state text) returns void language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_case bigint := named_case(set_case_state.case_id);
begin
	if coalesce(set_case_state.state, '') not in ('open', 'closed') then
		raise exception 'a case is set to open or closed, not to "%"', left(set_case_state.state, 100) using errcode = 'invalid_parameter_value';
	end if;
	perform asked_unmerged(v_case);
	perform case_touch(array[v_case]);
	perform case_state_set(v_case, set_case_state.state);
end $$;

-- A human's word: also for one who was removed, and for messages that a merge hid from him.
create function member_set(p_case bigint, p_user text) returns void language plpgsql as $$
begin
	insert into case_member as m (tenant, case_id, "user") values (tenant_now(), p_case, p_user)
		on conflict on constraint case_member_pkey do update set removed_at = null, added_at = now() where m.removed_at is not null;
	if found then
		perform event_add(tenant_now(), 'member_added', p_case, null, null, jsonb_build_object('user', p_user));
	end if;
end $$;

create function named_user(p_user text) returns text language plpgsql stable as $$
begin
	if p_user is null or not exists (select from tenant_user u where u.tenant = tenant_now() and u."user" = p_user and u.removed_at is null) then
		raise exception 'no user "%" in tenant "%"', p_user, tenant_now() using errcode = 'no_data_found';
	end if;
	return p_user;
end $$;

create function add_member(case_id bigint, "user" text) returns void language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_case bigint := seen_case(add_member.case_id);
	v_user text := named_user(add_member."user");
begin
	perform case_touch(array[v_case]);
	perform member_set(v_case, v_user);
	delete from message_sight s using message m where s.tenant = tenant_now() and s."user" = v_user and not s.may
		and m.tenant = s.tenant and m.message_id = s.message_id and m.case_id = v_case;
end $$;

-- Who sees the whole case.
create function case_members(case_id bigint) returns table ("user" text, added_at timestamptz) language plpgsql stable
	security definer set search_path = casegate, pg_temp as $$
#variable_conflict use_column
declare
	v_case bigint := seen_case(case_members.case_id);
begin
	return query select m."user", m.added_at from case_member m
		where m.tenant = tenant_now() and m.case_id = v_case and m.removed_at is null order by m.added_at, m."user";
end $$;

-- He keeps sight of what he brought himself, of nothing else.
create function remove_member(case_id bigint, "user" text) returns void language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_case bigint := seen_case(remove_member.case_id);
	v_user text := remove_member."user";
begin
	if not exists (select from tenant_user u where u.tenant = tenant_now() and u."user" = v_user) then
		perform named_user(v_user);
	end if;
	perform case_touch(array[v_case]);
	update case_member m set removed_at = now() where m.tenant = tenant_now() and m.case_id = v_case and m."user" = v_user and m.removed_at is null;
	if found then
		perform event_add(tenant_now(), 'member_removed', v_case, null, null, jsonb_build_object('user', v_user));
	end if;
	delete from message_sight s using message m where s.tenant = tenant_now() and s."user" = v_user and s.may
		and m.tenant = s.tenant and m.message_id = s.message_id and m.case_id = v_case
		and not exists (select from delivery_message_row r join delivery d on d.tenant = r.tenant and d.delivery_id = r.delivery_id
			where r.tenant = s.tenant and r.message_id = s.message_id and d.submitted_by = v_user);
end $$;

-- -------------------------------------------------------- the case's own address

-- A new address; the one before stays valid until the next time.
create function rotate_case_address(case_id bigint) returns text language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_case bigint := seen_case(rotate_case_address.case_id);
begin
	perform from case_file c where c.tenant = tenant_now() and c.case_id = v_case for no key update;
	perform case_touch(array[v_case]);
	delete from case_token t where t.tenant = tenant_now() and t.case_id = v_case and t.retired_at is not null;
	update case_token t set retired_at = now() where t.tenant = tenant_now() and t.case_id = v_case;
	insert into case_token (token, tenant, case_id) values (token_new(), tenant_now(), v_case);
	perform event_add(tenant_now(), 'case_state', v_case, null, null, jsonb_build_object(
		'state', (select c.state from case_file c where c.tenant = tenant_now() and c.case_id = v_case), 'address', 'rotated'));
	return case_address(tenant_now(), v_case);
end $$;

-- Mails that the case's mails name and that are not here: how often, by which first, and what is known of them. Who quotes
-- a mail mostly states its author and time: the nearest reference is what is quoted first. One that waits can be released.
create function missing_messages(case_id bigint, out internet_message_id text, out times bigint, out named_by bigint, out named_at timestamptz,
	out subject text, out stated_name text, out stated_address text, out stated_at timestamptz, out held_delivery bigint) returns setof record
	language plpgsql stable security definer set search_path = casegate, pg_temp as $$
declare
	v_case bigint := seen_case(missing_messages.case_id);
begin
	return query
		with named as (
			select r.id, r.i, key_of('m', r.id) as key, m.message_id, m.sent_at, m.subject
			from message m, unnest(m.refs) with ordinality r(id, i)
			where m.tenant = tenant_now() and m.case_id = v_case and asker_sees_message(m.message_id)),
		absent as (
			select n.* from named n
			where not exists (select from thread_key k where k.tenant = tenant_now() and k.key = n.key and k.message_id is not null)),
		stated as (
			select distinct on (a.id) a.id, nullif(s.name, '') as name, nullif(s.from_key, '') as address, s.at
			from absent a join said s on s.tenant = tenant_now() and s.message_id = a.message_id and s.position = a.i
			where not exists (select from said o join message x on x.tenant = o.tenant and x.from_key = o.from_key and x.base_subject = o.base_subject
				where o.tenant = s.tenant and o.message_id = s.message_id and o.position = s.position
				and x.sent_at between s.at - interval '20 minutes' and s.at + interval '20 minutes' and x.case_id is not null)
			order by a.id, a.i, a.sent_at, a.message_id)
		select a.id, count(distinct a.message_id), (array_agg(a.message_id order by a.sent_at, a.message_id))[1], min(a.sent_at),
			(array_agg(a.subject order by a.sent_at, a.message_id))[1], min(t.name), min(t.address), min(t.at),
			(select min(d.delivery_id) from delivery d where d.tenant = tenant_now() and d.internet_message_id = a.id and d.outcome = 'held'
				and (asks_for_all() or d.submitted_by = user_now()))
		from absent a left join stated t on t.id = a.id
		group by a.id order by min(a.sent_at), a.id;
end $$;

grant execute on function attachment_content(bigint), delivery_source(bigint), message_source(bigint), move_message(bigint, bigint),
	split_message(bigint), merge_cases(bigint, bigint), unmerge_case(bigint), set_case_state(bigint, text), add_member(bigint, text),
	remove_member(bigint, text), case_members(bigint), rotate_case_address(bigint), missing_messages(bigint)
	to casegate_app, casegate_admin;
