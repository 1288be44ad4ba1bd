-- Plans are kept, and one that was made over an empty table looks through all rows of a tenant for one of them: a fresh
-- installation took ten times the work for a mail until autovacuum came by, once a minute. So the notifier asks for
-- statistics as soon as a table has rows; from some ten thousand on autovacuum does.

-- Analyzes the young tables that have become ten times as large. Returns how many.
create function statistics_renew() returns int language plpgsql security definer set search_path = casegate, pg_temp as $$
declare
	v_table name;
	v_count int := 0;
begin
	for v_table in
		select s.relname from pg_stat_user_tables s join pg_class c on c.oid = s.relid
		where s.schemaname = 'casegate' and c.reltuples < 10000 and s.n_mod_since_analyze > greatest(200, 9 * c.reltuples)
	loop
		execute format('analyze (skip_locked) %I', v_table);
		v_count := v_count + 1;
	end loop;
	return v_count;
end $$;
grant execute on function statistics_renew() to casegate_gateway;
