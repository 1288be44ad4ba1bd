-- Filing: one call for each mail that a delivery brings. 0008 says where it belongs, 0010 writes it; here what follows.

-- What a closed case does with a person's new mail: 'open' (it is), 'reopen', 'new' (a case of its own, linked), 'hold'.
create function closed_answer(p_tenant text, p_case bigint) returns text language plpgsql stable as $$
declare
	c record;
begin
	select f.state, f.closed_at, t.closed, t.closed_days into c from case_file f join tenant t using (tenant)
		where f.tenant = p_tenant and f.case_id = p_case;
	return case when c.state <> 'closed' then 'open'
		when c.closed = 'reopen' or c.closed_at > now() - make_interval(days => c.closed_days) then 'reopen'
		else c.closed end;
end $$;

-- Which case of its thread a new mail belongs to: the token's, a branch's, or the thread's. p_place: message_place()'s answer.
create function case_choose(f filing, n naming, m body, p_message bigint, p_place record,
	inout io_pin bigint, out o_pin_auto bigint, out o_case bigint, out o_opened boolean) language plpgsql as $$
declare
	v_branch record;
begin
	o_opened := p_place.o_opened;
	o_case := p_place.o_case;
	if io_pin is not null then
		o_case := io_pin;
		update case_file set touched_at = now() where tenant = f.tenant and case_id = io_pin and touched_at is null;
		if p_place.o_case <> io_pin then
			update thread set branched = true where tenant = f.tenant and thread_id = p_place.o_root and not branched;
		end if;
	elsif n.weak or p_place.o_branched then
		update thread set branched = true where tenant = f.tenant and thread_id = p_place.o_root and not branched;
		select * into v_branch from branch_find(f, n, p_message, p_place.o_root, p_place.o_case);
		if v_branch.o_is_new then
			o_pin_auto := (cases_of_answers(f.tenant, p_place.o_root, n.keys[:1], n.base_subject))[1];
			o_opened := o_pin_auto is null;
			o_pin_auto := coalesce(o_pin_auto, case_open(f.tenant, m.case_subject, f."user"));
			o_case := o_pin_auto;
		else
			o_case := case_final(f.tenant, v_branch.o_case);
		end if;
	end if;
end $$;

-- The case in which a closed one goes on for new mail: the linked one that an earlier mail opened, the linked one of that if
-- it is closed, too. Who else continues it at this moment waits for its row. Without one: the last closed case.
create function case_continued(p_tenant text, p_case bigint) returns bigint language plpgsql as $$
declare
	v_case bigint := p_case;
	v_seen bigint[] := array[p_case];
	v_next bigint;
begin
	while closed_answer(p_tenant, v_case) = 'new' loop
		perform from case_file c where c.tenant = p_tenant and c.case_id = v_case for no key update;
		select x.next into v_next from (select case_final(c.tenant, c.case_id) as next, c.case_id from case_file c
			where c.tenant = p_tenant and c.linked_to = v_case) x where x.next <> all(v_seen) order by x.case_id limit 1;
		exit when v_next is null;
		v_case := v_next;
		v_seen := v_seen || v_case;
	end loop;
	return v_case;
end $$;

-- A person's mail lies in a closed case (closed_answer): it reopens it, or continues it in its linked case (a pin; the first one
-- opens that), or must be held (null). What its address named (p_is_named) reopens always.
create function case_closed_for(f filing, m body, p_thread bigint, p_message bigint, p_case bigint, p_is_named boolean, out o_case bigint, out o_opened boolean)
	language plpgsql as $$
declare
	v_answer text := 'reopen';
	v_closed bigint;
begin
	o_case := p_case;
	o_opened := false;
	if coalesce(current_setting('casegate.again', true), '') = 'on'
			and m.received_at < (select c.closed_at from case_file c where c.tenant = f.tenant and c.case_id = p_case) then
		return;                                              -- decided again: it was open when the mail came
	end if;
	if not p_is_named then
		o_case := case_continued(f.tenant, p_case);
		v_answer := closed_answer(f.tenant, o_case);
	end if;
	if v_answer = 'hold' then
		o_case := null;
		return;
	elsif v_answer = 'reopen' then
		perform case_reopen(f.tenant, o_case, f.delivery_id);
	elsif v_answer = 'new' then
		v_closed := o_case;
		o_case := case_open(f.tenant, m.case_subject, f."user");
		o_opened := true;
		update case_file set linked_to = v_closed where tenant = f.tenant and case_id = o_case;
	end if;
	if o_case <> p_case then
		update thread set branched = true where tenant = f.tenant and thread_id = p_thread and not branched;
		update message set case_id = o_case, pin = o_case where tenant = f.tenant and message_id = p_message;
	end if;
end $$;

-- Others of its class may have moved: looks at the answers by the subjects of the class again. (Those of the mail's own subject
-- were looked at.) Returns its case.
create function subject_look(f filing, p_root bigint, p_message bigint) returns bigint language plpgsql as $$
begin
	perform loose_look(f.tenant, x.base_subject, x.side, x.first_at, x.last_at) from (
		select a.base_subject, a.side, min(a.sent_at) as first_at, max(a.sent_at) as last_at from message a
		where a.tenant = f.tenant and a.thread_id in (select class_of(f.tenant, p_root)) and a.side is not null group by 1, 2) x;
	return (select a.case_id from message a where a.tenant = f.tenant and a.message_id = p_message);
end $$;

-- Settles a thread, and tells of those that moved, but of p_except. Returns where they had lain.
create function settle_telling(p_tenant text, p_root bigint, p_except bigint, p_with bigint) returns case_places language plpgsql as $$
declare
	v_before case_places := places_of(p_root, p_except);
begin
	if settle(p_tenant, p_root) > 0 then
		perform moves_tell(v_before, p_with);
	end if;
	return v_before;
end $$;

-- What filing asks of a mail's case, and whether held mail waits for such a mail: with its id, or of its author and subject.
-- One look; for most mails it spares all others. (Mails of one subject come one after the other, held ones, too.)
create function case_look(f filing, n naming, m body, p_case bigint, out o_case bigint, out o_number bigint, out o_is_closed boolean,
	out o_is_member boolean, out o_is_awaited boolean, out o_has_twins boolean) language plpgsql stable as $$
begin
	select c.case_id, c.number, c.state = 'closed',
			(select a.removed_at is null from case_member a where a.tenant = f.tenant and a.case_id = p_case and a."user" = f."user"),
			f.known is not null or exists (select from delivery d where d.tenant = f.tenant and d.internet_message_id = n.internet_message_id and d.outcome = 'held'),
			exists (select from message h where h.tenant = f.tenant and h.from_key = m.from_key and h.base_subject = n.base_subject and h.case_id is null
				and h.sent_at between m.sent_at - interval '26 hours' and m.sent_at + interval '26 hours')
		into o_case, o_number, o_is_closed, o_is_member, o_is_awaited, o_has_twins
		from case_file c where c.tenant = f.tenant and c.case_id = p_case;
end $$;

-- An outsider's copy of a mail that is here has a name that is not his to give: others are called so where he takes no part, or it
-- is awaited there. It is a copy, and adds nothing; one of a case in which he takes no part waits.
create function known_share(f filing, n naming, m body, p_places key_place[], out o_outcome text, out o_case bigint, out o_number bigint)
	language plpgsql as $$
begin
	select c.case_id, c.number into o_case, o_number from message x join case_file c on c.tenant = x.tenant and c.case_id = x.case_id
		where x.tenant = f.tenant and x.message_id = f.known and address_takes_part(f.tenant, f.sender, x.case_id);
	if not found then
		o_outcome := 'hold';
		return;
	end if;
	o_outcome := 'duplicate';
	perform message_bring(f.tenant, f.delivery_id, f.position, f.known, m.comment);
	perform evidence_file(f, n, p_places, m.sent_at, f.known, o_case, false, false);
end $$;

-- What every mail runs is called by assignment and not by PERFORM, which starts an executor for each.

-- Files, holds or recognises one mail of a delivery. outcome: filed, duplicate, held; or 'hold': it may join nothing,
-- nothing may stay written, the caller rolls back and calls again with the authority 'hold'. held_twins: mails of this author
-- and subject are held; whether they are the same the caller sees (store/waiting.c). released: held deliveries of this very mail.
create function file_message(f filing, n naming, m body, b belongings, r remarks, q quotations,
	out outcome text, out message_id bigint, out case_id bigint, out opened boolean, out reason text, out number bigint, out held_twins boolean,
	out released bigint[])
	language plpgsql as $$
declare
	v_places key_place[] := array(select k from keys_find(f.tenant, n.keys, n.signals, n.details) k order by k.ord);
	v_pin bigint := case_final(f.tenant, f.pin_case);
	v_matters bigint[] := '{}';
	v_loose bigint[] := '{}';                            -- threads of answers that may belong to this mail's matter
	v_before case_places;
	v_place record;
	v_case record;
	v_look record;
	v_pin_auto bigint;
	v_closed record;
	v_is_named boolean;                                      -- the case, by the address
	v_moved boolean := false;                                -- others of its thread, perhaps
	v_told boolean;
	v_count int;
begin
	n.weak := n.weak and cardinality(n.refs) > 0;
	n.loose := n.loose and f.authority = 'user' and f.pin_case is null;
	if f.authority = 'hold' then
		f.known := null;                                     -- what waits is a mail of its own
	end if;
	message_id := coalesce(f.known, nextval('casegate.message_message_id_seq'));
	opened := false;
	if f.authority = 'hold' then
		outcome := 'held';
		perform message_hold(f, n, m, b, r, q, message_id, v_places);
		return;
	end if;
	if f.authority = 'bounce' or (f.authority = 'known' and not address_takes_part(f.tenant, f.sender, v_pin)) then
		v_pin := null;                                       -- a token proves nothing about who has it
	end if;
	v_is_named := v_pin is not null;
	outcome := 'hold';
	if n.loose and f.known is null and cardinality(v_places) = 0 then
		v_matters := matters_of(f.tenant, null, n.base_subject, n.side, m.sent_at);
	end if;
	if n.side is not null and m.kind in ('mail', 'calendar') then
		v_loose := loose_threads(f.tenant, n.base_subject, n.side, m.sent_at, m.sent_at);
	end if;
	v_place := message_place(f, n, v_places, v_loose, message_id,
		coalesce(v_pin, f.shared_case, case when cardinality(v_matters) = 1 then v_matters[1] end), m.case_subject, m.direction = 'out');
	if not v_place.o_allowed then
		if f.known is not null and f.authority = 'known' then
			select * into outcome, case_id, number from known_share(f, n, m, v_places);
		end if;
		return;
	end if;
	if cardinality(v_matters) = 1 and v_place.o_case = v_matters[1] then
		perform hold_cases(f.tenant, v_matters);
	end if;
	if f.known is not null then
		case_id := known_file(f, n, m, b, q, v_pin);
		if f.authority <> 'user' or m.kind = 'bounce' then
			perform claims_add(f, n, v_places, f.known);
		end if;
		if (f.authority = 'user' and known_refs(f, n)) or (f.completes and n.weak) then
			v_place.o_disturbed := true;
			v_place.o_branched := v_place.o_branched or n.weak;
			update thread set branched = true where tenant = f.tenant and thread_id = v_place.o_root and not branched and n.weak;
		end if;
		v_place.o_disturbed := known_correct(f, n) or v_place.o_disturbed;
		if v_place.o_branched and v_place.o_disturbed and settle_due(f.tenant, v_place.o_root, f.known, n) then
			v_moved := true;
			v_before := settle_telling(f.tenant, v_place.o_root, null, message_id);
			case_id := (select x.case_id from message x where x.tenant = f.tenant and x.message_id = f.known);
		end if;
		v_look := case_look(f, n, m, case_id);
		outcome := 'duplicate';
	else
		case_id := v_place.o_case;
		opened := v_place.o_opened;
		if v_pin is not null or n.weak or v_place.o_branched then
			v_case := case_choose(f, n, m, message_id, v_place, v_pin);
			v_pin := v_case.io_pin;
			v_pin_auto := v_case.o_pin_auto;
			case_id := v_case.o_case;
			opened := v_case.o_opened;
		end if;
		message_id := message_insert(f, n, m, b, q, message_id, case_id, v_place.o_root, v_pin, v_pin_auto);
		if f.authority <> 'user' or m.kind = 'bounce' then
			perform claims_add(f, n, v_places, message_id);
		end if;
		v_moved := v_pin_auto is not null or (v_place.o_disturbed and (v_place.o_branched or n.weak or v_pin is not null));
		if v_moved then
			v_moved := settle_due(f.tenant, v_place.o_root, message_id, n);
		elsif n.weak then
			perform awaited_add(f.tenant, array(select class_of(f.tenant, v_place.o_root)), array[message_id])
				from thread t where t.tenant = f.tenant and t.thread_id = v_place.o_root and t.settled;
		end if;
		if v_moved then
			v_before := settle_telling(f.tenant, v_place.o_root, message_id, message_id);
			select x.case_id, opened or coalesce(x.pin_auto = x.case_id and (x.case_id = any(v_before.case_ids)) is not true, false)
				into case_id, opened from message x where x.tenant = f.tenant and x.message_id = file_message.message_id;
		end if;
		v_look := case_look(f, n, m, case_id);
		if not opened and f.may_reopen and v_look.o_is_closed then
			v_closed := case_closed_for(f, m, v_place.o_root, message_id, case_id, v_is_named);
			if v_closed.o_case is null then
				reason := 'the case is closed';
				return;
			end if;
			if v_closed.o_case <> case_id then
				v_pin := v_closed.o_case;
				if v_place.o_disturbed then                      -- what answers it goes with it
					v_moved := true;
					v_before := settle_telling(f.tenant, v_place.o_root, message_id, message_id);
				end if;
			end if;
			case_id := v_closed.o_case;
			opened := v_closed.o_opened;
		end if;
		outcome := 'filed';
		v_told := event_add(f.tenant, 'message_filed', case_id, message_id, f.delivery_id);
	end if;
	if n.loose then
		update thread set loose = true, by_subject = by_subject or (v_pin is null and cardinality(v_matters) = 1)
			where tenant = f.tenant and thread_id = v_place.o_root
				and (f.known is null or exists (select from message x where x.tenant = f.tenant and x.message_id = f.known and x.loose));
	end if;
	if v_place.o_loose and cardinality(v_matters) <> 1 then
		perform class_look(f.tenant, v_place.o_root);
	end if;
	if n.loose or cardinality(v_loose) > 0 then
		perform loose_look(f.tenant, n.base_subject, n.side, m.sent_at, m.sent_at);
	end if;
	if v_place.o_loose or v_place.o_merged or v_moved then
		case_id := subject_look(f, v_place.o_root, message_id);
	end if;
	v_count := message_bring(f.tenant, f.delivery_id, f.position, message_id, m.comment);
	if cardinality(r.texts) > 0 then
		perform comments_add(f, r, message_id, case_id);
	end if;
	v_count := evidence_file(f, n, v_places, m.sent_at, message_id, case_id, opened, v_is_named);
	if m.kind = 'bounce' and outcome = 'filed' then
		perform bounce_note(f, n, v_places, case_id, m.text);
	elsif v_place.o_disturbed and m.direction = 'out' then
		v_count := bounce_note_late(f, n, v_places, message_id);
	end if;
	if f."user" is not null and not opened and (v_look.o_is_member and v_look.o_case = case_id) is not true then
		v_told := member_file(f.tenant, case_id, case when outcome = 'filed' then message_id end, f."user", f.delivery_id);
	end if;
	if f.authority = 'user' and v_look.o_is_awaited then
		released := held_become_duplicate(f.tenant, message_id, f.delivery_id);
	end if;
	held_twins := v_look.o_has_twins;
	number := v_look.o_number;
	if v_look.o_case <> case_id then
		number := (select c.number from case_file c where c.tenant = f.tenant and c.case_id = file_message.case_id);
	end if;
end $$;

-- Everything that runs with the caller's own rights. What runs with the owner's is granted where it is made.
do $$
declare
	f regprocedure;
begin
	for f in select p.oid from pg_proc p where p.pronamespace = 'casegate'::regnamespace and not p.prosecdef loop
		execute format('grant execute on function %s to casegate_gateway, casegate_graph, casegate_admin', f);
	end loop;
end $$;
grant usage on all sequences in schema casegate to casegate_gateway, casegate_graph, casegate_admin;
grant delete on message, delivery_message_row, message_comment to casegate_gateway, casegate_graph;
