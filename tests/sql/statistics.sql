-- A table that has become large is analyzed, so that no kept plan looks through a tenant's rows for one of them.
-- Not in one transaction: what it counts are committed rows.
set search_path = casegate, public;
\pset format unaligned
select plan(5);
select tenant_add('acme', 'ACME');
insert into content (tenant, sha256, piece, bytes) select 'acme', sha256(convert_to(i::text, 'UTF8')), 0, '' from generate_series(1, 150) i;
select pg_stat_force_next_flush();
select is(statistics_renew(), 0, 'a few rows: as they were planned for');
insert into content (tenant, sha256, piece, bytes) select 'acme', sha256(convert_to(i::text, 'UTF8')), 0, '' from generate_series(151, 300) i;
select pg_stat_force_next_flush();
set role casegate_gateway;
select is(statistics_renew(), 1, 'some hundred: the gateway lets the planner know');
select is(statistics_renew(), 0, 'once');
reset role;
select is((select reltuples from pg_class where oid = 'content'::regclass), 300::real, 'it knows');
set role casegate_app;
select throws_ok('select casegate.statistics_renew()', '42501', null, 'nobody else may');
select * from finish();
