-- What the catalogue must say about every table, view and function, also of those that come later.
begin;
\ir world.psql
select plan(17);

create function world.tables() returns table (oid oid, name text) language sql as $$
	select c.oid, c.relname::text from pg_class c where c.relnamespace = 'casegate'::regnamespace and c.relkind in ('r', 'p') $$;
-- Global directories: asked before any tenant is known.
create function world.is_global(p_name text) returns boolean language sql as $$
	select p_name in ('agent_address', 'case_token', 'schema_version') $$;

select is_empty($$
	select t.name from world.tables() t join pg_class c on c.oid = t.oid where not c.relrowsecurity or not c.relforcerowsecurity $$,
	'every table has forced row-level security');
select is_empty($$
	select t.name from world.tables() t where not exists (select from pg_policy p where p.polrelid = t.oid) $$,
	'every table has a policy');
select is_empty($$
	select t.name, p.polname from world.tables() t join pg_policy p on p.polrelid = t.oid
	where t.name <> 'schema_version' and pg_get_expr(p.polqual, p.polrelid) !~ 'tenant_now\(\)'
		and (select array_agg(r::text order by 1) from unnest(p.polroles::regrole[]) r) not in ('{casegate_admin}', '{casegate_owner}') $$,
	'only the operator and the owner''s directories have policies that ask for no tenant');
select is_empty($$
	select t.name, p.polname from world.tables() t join pg_policy p on p.polrelid = t.oid
	where 'casegate_app'::regrole = any(p.polroles::regrole[]) and pg_get_expr(p.polqual, p.polrelid) !~ '(user_now\(\)|FROM (casegate\.)?(message|case_file|delivery) )' $$,
	'every policy of the app asks who is signed in, or for a row that does');
select is_empty($$
	select t.name, i.indexrelid::regclass from world.tables() t join pg_index i on i.indrelid = t.oid
	where i.indisunique and not world.is_global(t.name)
		and (select a.attname from pg_attribute a where a.attrelid = t.oid and a.attnum = i.indkey[0]) <> 'tenant' $$,
	'every primary and unique key begins with the tenant');
select is_empty($$
	select t.name, i.indexrelid::regclass from world.tables() t join pg_index i on i.indrelid = t.oid
	where not world.is_global(t.name) and t.name not in ('event', 'reparse', 'outlook_job', 'outlook_state', 'outlook_subscription')
		and (select a.attname from pg_attribute a where a.attrelid = t.oid and a.attnum = i.indkey[0]) <> 'tenant' $$,
	'every index begins with the tenant, but for the queues over all of them');
select is_empty($$
	select t.name, k.conname from world.tables() t join pg_constraint k on k.conrelid = t.oid
	where k.contype = 'f' and (select a.attname from pg_attribute a where a.attrelid = t.oid and a.attnum = k.conkey[1]) <> 'tenant' $$,
	'every foreign key begins with the tenant');
select is_empty($$
	select p.oid::regprocedure from pg_proc p where p.pronamespace = 'casegate'::regnamespace and p.prosecdef
		and not coalesce(p.proconfig @> '{"search_path=casegate, pg_temp"}', false) $$,
	'what runs with the owner''s rights has its own search_path');
select is_empty($$
	select p.oid::regprocedure from pg_proc p where p.pronamespace = 'casegate'::regnamespace
		and exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0) $$,
	'no function is everybody''s');
select is_empty($$
	select c.relname, a.privilege_type from pg_class c, aclexplode(c.relacl) a
	where c.relnamespace = 'casegate'::regnamespace and a.grantee = 0 $$,
	'no table or view is everybody''s');
select is_empty($$
	select c.relname from pg_class c where c.relnamespace = 'casegate'::regnamespace and c.relkind = 'v'
		and not coalesce(c.reloptions @> '{security_invoker=true}', false) $$,
	'every view runs with its reader''s rights');
select is_empty($$
	select c.oid::regclass::text, c.relowner::regrole from pg_class c where c.relnamespace = 'casegate'::regnamespace and c.relowner <> 'casegate_owner'::regrole
	union all
	select p.oid::regprocedure::text, p.proowner::regrole from pg_proc p where p.pronamespace = 'casegate'::regnamespace and p.proowner <> 'casegate_owner'::regrole $$,
	'everything is the owner''s');
select is((select string_agg(c.relname || ' ' || a.privilege_type, ', ' order by 1) from pg_class c, aclexplode(c.relacl) a
	where c.relnamespace = 'casegate'::regnamespace and a.grantee = 'casegate_app'::regrole and a.privilege_type <> 'SELECT'),
	null, 'the app writes to no table');
select is((select string_agg(r.rolname::text, ', ' order by 1) from pg_roles r where r.rolname like 'casegate\_%' and r.rolname <> 'casegate_dba'
	and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolcanlogin = (r.rolname = 'casegate_owner'))),
	null, 'no role has more than it needs, and all but the owner log in');
select is_empty($$
	select d.typname from pg_type d where d.typnamespace = 'casegate'::regnamespace and d.typtype = 'd'
		and not exists (select from pg_constraint k where k.contypid = d.oid and k.contype = 'c') $$,
	'every domain says what may stand in it');
select is((select array_agg(world.attempt('superuser', format('select %L::casegate.%I', case d.typbasetype when 'bytea'::regtype then '\x00' else 'nonsense' end, d.typname)))
		from pg_type d where d.typnamespace = 'casegate'::regnamespace and d.typtype = 'd'),
	array_fill('23514'::text, array[(select count(*)::int from pg_type d where d.typnamespace = 'casegate'::regnamespace and d.typtype = 'd')]),
	'and takes nothing else');
select is_empty($$
	select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid join pg_type d on d.oid = a.atttypid
	where c.relnamespace = 'casegate'::regnamespace and c.relkind = 'v' and d.typtype = 'd' $$,
	'views show plain types');
select * from finish();
rollback;
