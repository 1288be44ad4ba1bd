-- Hundreds of mails and human decisions at random: nothing is lost, nothing lies in a merged case, a merge that is
-- taken back at once leaves everything as it was, and no mail moves what a human put somewhere.
begin;
\ir world.psql
select plan(5);
select world.provide();
select setseed(0.4217);

create function world.pick_message() returns bigint language sql volatile as $$
	select message_id from message where case_id is not null order by random() limit 1 $$;
create function world.pick_case() returns bigint language sql volatile as $$
	select case_id from case_file where state <> 'merged' order by random() limit 1 $$;
create function world.members_of_all() returns text language sql as $$
	select string_agg(case_id || ' ' || "user", ',' order by case_id, "user") from case_member where removed_at is null $$;
create function world.faults() returns text language sql as $$
	select string_agg(what, '; ') from (
		select 'message in a merged case' from message m join case_file c using (tenant, case_id) where c.state = 'merged'
		union select 'thread of a merged case' from thread t join case_file c using (tenant, case_id) where t.root_id = t.thread_id and c.state = 'merged'
		union select 'merged case without an end' from case_file c where case_final(c.tenant, c.case_id) is null
		union select 'participant elsewhere' from participant p join message m using (tenant, message_id) where p.case_id is distinct from m.case_id
		union select 'message aside from its pin' from message m where m.case_id <> case_final(m.tenant, coalesce(m.pin, m.pin_auto))
		union select 'more mails than came' from message having count(*) <> (select count(*) from delivery where outcome = 'filed')) f(what) $$;

-- One of: a mail that names some of forty ids, seen or not; a merge taken back at once; a merge; a merge taken back
-- later; a move; a split.
create temp table trouble (step int, what text);
create function world.step(p_step int) returns void language plpgsql as $$
declare
	v_dice float := random();
	v_case bigint := world.pick_case();
	v_other bigint;
	v_message bigint := world.pick_message();
	v_before text := world.places() || world.members_of_all();
	v_ids text[] := array(select 'id' || (random() * 40)::int from generate_series(1, (random() * 3)::int));
	v_id text := 'id' || p_step % 40;
	v_what text := 'mail';
begin
	v_other := (select case_id from case_file where state <> 'merged' and case_id <> v_case order by random() limit 1);
	if p_step < 10 or v_dice < 0.5 then
		if not exists (select from message where internet_message_id = v_id) then
			perform world.mail((array['anna', 'bob', 'cleo'])[1 + (random() * 2)::int], v_id, array_remove(v_ids, v_id),
				(array['Offer', 'Re: Offer', 'Roof', 'Re: Gate'])[1 + (random() * 3)::int], p_weak => random() < 0.3);
		end if;
	elsif v_dice < 0.6 then
		v_what := 'merge and back';
		perform world.become('chef'), merge_cases(v_case, v_other), unmerge_case(v_case), world.become('superuser');
		if world.places() || world.members_of_all() <> v_before then
			insert into trouble values (p_step, 'not as before: ' || v_before || ' => ' || world.places() || world.members_of_all());
		end if;
	elsif v_dice < 0.7 then
		v_what := 'merge';
		perform world.become('chef'), merge_cases(v_case, v_other), world.become('superuser');
	elsif v_dice < 0.8 then
		v_what := 'unmerge';
		v_other := (select case_id from case_file where state = 'merged' order by random() limit 1);
		if v_other is not null then
			perform world.become('chef'), unmerge_case(v_other), world.become('superuser');
		end if;
	elsif v_dice < 0.9 then
		v_what := 'move';
		perform world.become('chef'), move_message(v_message, v_case), world.become('superuser');
		insert into decided select v_message, v_case on conflict (message_id) do update set case_id = excluded.case_id;
	else
		v_what := 'split';
		perform world.become('chef');
		v_case := split_message(v_message);
		perform world.become('superuser');
		insert into decided select v_message, v_case on conflict (message_id) do update set case_id = excluded.case_id;
	end if;
	if v_what = 'unmerge' then
		delete from decided d using message m where m.message_id = d.message_id and m.case_id is distinct from case_final('acme', d.case_id);
	end if;
	if world.faults() is not null then
		insert into trouble values (p_step, v_what || ': ' || world.faults());
	end if;
	insert into trouble select p_step, v_what || ' moved what a human put into case ' || d.case_id from decided d join message m using (message_id)
		where m.case_id <> case_final('acme', d.case_id);
	insert into happened values (v_what);
end $$;
create temp table decided (message_id bigint primary key, case_id bigint);
create temp table happened (what text);
grant all on decided, trouble, happened to public;
select count(world.step(n)) from generate_series(1, 400) n \gset

select is((select count(*) from trouble), 0::bigint, 'no trouble') || coalesce(E'\n' || (select string_agg('# ' || step || ' ' || what, E'\n' order by step) from (select * from trouble order by step limit 5) t), '');
select is((select count(distinct what) from happened), 6::bigint, 'everything happened');
select cmp_ok((select count(*) from message), '>', 30::bigint, 'there are mails');
select cmp_ok((select count(*) from case_file where state <> 'merged'), '>', 3::bigint, 'in several cases');
set constraints all immediate;
select ok(true, 'all keys are right');
select * from finish();
rollback;
