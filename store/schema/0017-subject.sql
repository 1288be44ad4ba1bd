-- Rule 7: a user's answer that names nothing but its subject (the text that he pasted into a mail of his own program).
-- It belongs to the one matter of this subject and side in 45 days; with two of them, or none, it stands alone.
--
-- Decided from the set of mails and not from their order: a class of mails whose first is such an answer borrows the
-- case of that matter (thread.by_subject), and is looked at again whenever a mail comes that may change the answer.
-- What is borrowed never unites cases, and no other answer counts it as a matter. A human's decision ends the looking.

-- The first mail of a class, if it is a loose one: only then its subject decides. (A time that was taken from a text may
-- be hours off: what names the loose mail came after it.)
create function loose_head(p_tenant text, p_root bigint) returns message language plpgsql stable as $$
declare
	v_classes bigint[] := array(select class_of(p_tenant, p_root));
	m message;
begin
	select x.* into m from message x where x.tenant = p_tenant and x.thread_id = any(v_classes) and x.loose order by x.sent_at, x.own_key limit 1;
	if exists (select from message y where y.tenant = p_tenant and y.thread_id = any(v_classes) and y.sent_at < m.sent_at - interval '1 minute'
			and not (m.own_key || m.other_keys) && (y.ref_keys || y.quoted_keys)) then
		return null;
	end if;
	return m;
end $$;

-- The matters that a loose mail may answer: cases of this subject and side, in the 45 days before it. A half day more, for
-- zones nobody stated.
create function matters_of(p_tenant text, p_root bigint, p_base_subject text, p_side text, p_sent_at timestamptz) returns bigint[]
	language plpgsql stable as $$
begin
	return array(select distinct case_final(p_tenant, m.case_id)
		from message m join thread h on h.tenant = m.tenant and h.thread_id = m.thread_id
		cross join lateral (select root_of(p_tenant, h.root_id) as root_id) r
		join thread t on t.tenant = m.tenant and t.thread_id = r.root_id
		where m.tenant = p_tenant and m.base_subject = p_base_subject and m.side = p_side and m.case_id is not null
			and m.sent_at between p_sent_at - interval '45 days' and p_sent_at + interval '14 hours'
			and not m.loose and m.kind in ('mail', 'calendar')
			and t.thread_id is distinct from p_root and not t.by_subject
			and not (t.loose and (loose_head(p_tenant, t.thread_id)).message_id is not null)
		limit 200);
end $$;

-- Puts a class into another case, as a whole.
create function class_move(p_tenant text, p_root bigint, p_from bigint, p_to bigint) returns void language plpgsql as $$
declare
	v_ids bigint[];
begin
	update thread set case_id = p_to, settled = false where tenant = p_tenant and thread_id = p_root;
	perform event_add(p_tenant, 'message_moved', p_to, m.message_id, null, jsonb_build_object('from', p_from))
		from message m where m.tenant = p_tenant and m.case_id = p_from and m.thread_id in (select class_of(p_tenant, p_root));
	with moved as (
		update message set case_id = p_to where tenant = p_tenant and case_id = p_from and thread_id in (select class_of(p_tenant, p_root))
			returning message_id)
	select array_agg(message_id) into v_ids from moved;
	perform case_wake(p_tenant, p_to, v_ids);
end $$;

-- Looks at a class again: is its head placed by its subject, and where? The caller holds its root.
create function class_look(p_tenant text, p_root bigint) returns void language plpgsql as $$
declare
	t thread;
	v_head message := loose_head(p_tenant, p_root);
	v_matters bigint[];
	v_case bigint;
begin
	select * into t from thread where tenant = p_tenant and thread_id = p_root;
	if exists (select from message where tenant = p_tenant and pin is not null and thread_id in (select class_of(p_tenant, p_root)))
			or (not t.by_subject and exists (select from case_file where tenant = p_tenant and case_id = t.case_id and touched_at is not null)) then
		return;                                                  -- a human decided something here
	end if;
	v_matters := case when v_head.message_id is null then '{}'
		else matters_of(p_tenant, p_root, v_head.base_subject, v_head.side, v_head.sent_at) end;
	if cardinality(v_matters) = 1 and v_matters[1] is distinct from t.case_id then
		update thread set by_subject = true where tenant = p_tenant and thread_id = p_root;
		if t.by_subject then
			perform hold_cases(p_tenant, v_matters);
			perform class_move(p_tenant, p_root, t.case_id, v_matters[1]);
		else
			perform hold_cases(p_tenant, array[t.case_id, v_matters[1]]);
			perform event_add(p_tenant, 'message_moved', v_matters[1], v_head.message_id, null, jsonb_build_object('from', t.case_id));
			perform unite_cases(p_tenant, t.case_id, v_matters[1], null);
		end if;
	elsif cardinality(v_matters) <> 1 and t.by_subject then
		v_case := case_open(p_tenant, coalesce(nullif(v_head.subject, ''), (select subject from message where tenant = p_tenant
			and thread_id in (select class_of(p_tenant, p_root)) order by sent_at limit 1)), v_head.submitted_by);
		update thread set by_subject = false where tenant = p_tenant and thread_id = p_root;
		perform class_move(p_tenant, p_root, t.case_id, v_case);
		perform event_add(p_tenant, 'match_suggested', v_case, v_head.message_id, null, jsonb_build_object('cases', v_matters))
			where cardinality(v_matters) > 1;
	end if;
end $$;

-- The threads of such answers of this subject and side, to mails that were sent in this time.
create function loose_threads(p_tenant text, p_base_subject text, p_side text, p_first_at timestamptz, p_last_at timestamptz) returns bigint[]
	language plpgsql stable as $$
begin
	return array(select distinct m.thread_id from message m
		where m.tenant = p_tenant and m.base_subject = p_base_subject and m.side = p_side and m.loose and m.thread_id is not null
			and m.sent_at between p_first_at - interval '1 day' and p_last_at + interval '46 days' limit 200);
end $$;

-- Mails of this subject and side, sent in this time, came or became another class's: looks again at the classes of the answers
-- whose place may have changed.
create function loose_look(p_tenant text, p_base_subject text, p_side text, p_first_at timestamptz, p_last_at timestamptz) returns void language plpgsql as $$
declare
	v_threads bigint[] := loose_threads(p_tenant, p_base_subject, p_side, p_first_at, p_last_at);
begin
	if cardinality(v_threads) > 0 then
		perform lock_roots_now(p_tenant, v_threads);
		perform class_look(p_tenant, x.root_id) from (select distinct root_of(p_tenant, t) as root_id from unnest(v_threads) t order by 1 desc) x;
	end if;
end $$;

grant execute on function loose_head(text, bigint), matters_of(text, bigint, text, text, timestamptz), class_move(text, bigint, bigint, bigint),
	class_look(text, bigint), loose_threads(text, text, text, timestamptz, timestamptz), loose_look(text, text, text, timestamptz, timestamptz) to casegate_gateway, casegate_graph, casegate_admin;
