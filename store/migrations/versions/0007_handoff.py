"""people who take over: accounts, shifts, clocks, notes, reports"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

def upgrade() -> None:

    op.create_table('login_try',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_login_try'))
    )
    with op.batch_alter_table('login_try', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_login_try_key_at'), ['key', 'at'], unique=False)

    op.create_table('posted_form',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('caseworker_id', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_posted_form'))
    )
    op.create_table('holiday',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('organisation_id', sa.String(length=32), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_holiday_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_holiday')),
    sa.UniqueConstraint('organisation_id', 'day', name=op.f('uq_holiday_organisation_id_day'))
    )
    with op.batch_alter_table('holiday', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_holiday_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('office_hours',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('organisation_id', sa.String(length=32), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('starts', sa.Integer(), nullable=False),
    sa.Column('ends', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_office_hours_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_office_hours'))
    )
    with op.batch_alter_table('office_hours', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_office_hours_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('shift',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('caseworker_id', sa.String(length=32), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('starts', sa.Integer(), nullable=False),
    sa.Column('ends', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['caseworker_id'], ['caseworker.id'], name=op.f('fk_shift_caseworker_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shift'))
    )
    with op.batch_alter_table('shift', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shift_caseworker_id'), ['caseworker_id'], unique=False)

    op.create_table('staff_session',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('caseworker_id', sa.String(length=32), nullable=False),
    sa.Column('token_key', sa.String(length=64), nullable=False),
    sa.Column('second_factor', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['caseworker_id'], ['caseworker.id'], name=op.f('fk_staff_session_caseworker_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_session')),
    sa.UniqueConstraint('token_key', name=op.f('uq_staff_session_token_key'))
    )
    with op.batch_alter_table('staff_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_staff_session_caseworker_id'), ['caseworker_id'], unique=False)

    op.create_table('call_entry',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('case_id', sa.String(length=32), nullable=False),
    sa.Column('caseworker_id', sa.String(), nullable=True),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('details_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_call_entry_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_entry'))
    )
    with op.batch_alter_table('call_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_call_entry_case_id'), ['case_id'], unique=False)

    op.create_table('case_member',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('case_id', sa.String(length=32), nullable=False),
    sa.Column('caseworker_id', sa.String(length=32), nullable=False),
    sa.Column('discipline', sa.String(length=64), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_case_member_case_id')),
    sa.ForeignKeyConstraint(['caseworker_id'], ['caseworker.id'], name=op.f('fk_case_member_caseworker_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_member')),
    sa.UniqueConstraint('case_id', 'caseworker_id', name=op.f('uq_case_member_case_id_caseworker_id'))
    )
    with op.batch_alter_table('case_member', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_member_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_case_member_caseworker_id'), ['caseworker_id'], unique=False)

    op.create_table('interpreter_booking',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('case_id', sa.String(length=32), nullable=False),
    sa.Column('caseworker_id', sa.String(length=32), nullable=False),
    sa.Column('language', sa.String(length=35), nullable=False),
    sa.Column('details_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('status', sa.String(length=64), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_interpreter_booking_case_id')),
    sa.ForeignKeyConstraint(['caseworker_id'], ['caseworker.id'], name=op.f('fk_interpreter_booking_caseworker_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_interpreter_booking'))
    )
    with op.batch_alter_table('interpreter_booking', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_interpreter_booking_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_interpreter_booking_caseworker_id'), ['caseworker_id'], unique=False)

    op.create_table('mandated_report',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('case_id', sa.String(length=32), nullable=False),
    sa.Column('caseworker_id', sa.String(length=32), nullable=False),
    sa.Column('state', sa.String(), nullable=True),
    sa.Column('to_whom_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('reference_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('signed_by_id', sa.String(), nullable=True),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_mandated_report_case_id')),
    sa.ForeignKeyConstraint(['caseworker_id'], ['caseworker.id'], name=op.f('fk_mandated_report_caseworker_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mandated_report'))
    )
    with op.batch_alter_table('mandated_report', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mandated_report_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mandated_report_caseworker_id'), ['caseworker_id'], unique=False)

    op.create_table('page',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('case_id', sa.String(length=32), nullable=False),
    sa.Column('caseworker_id', sa.String(length=32), nullable=False),
    sa.Column('step', sa.String(length=64), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_page_case_id')),
    sa.ForeignKeyConstraint(['caseworker_id'], ['caseworker.id'], name=op.f('fk_page_caseworker_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_page'))
    )
    with op.batch_alter_table('page', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_page_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_page_caseworker_id'), ['caseworker_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_page_caseworker_id_sent_at'), ['caseworker_id', 'sent_at'], unique=False)

    op.create_table('reply_draft',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('case_id', sa.String(length=32), nullable=False),
    sa.Column('caseworker_id', sa.String(length=32), nullable=False),
    sa.Column('body_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_reply_draft_case_id')),
    sa.ForeignKeyConstraint(['caseworker_id'], ['caseworker.id'], name=op.f('fk_reply_draft_caseworker_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reply_draft')),
    sa.UniqueConstraint('case_id', 'caseworker_id', name=op.f('uq_reply_draft_case_id_caseworker_id'))
    )
    with op.batch_alter_table('reply_draft', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reply_draft_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reply_draft_caseworker_id'), ['caseworker_id'], unique=False)

    with op.batch_alter_table('case_file', schema=None) as batch_op:
        batch_op.add_column(sa.Column('assigned_to_id', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('assigned_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('offered_to_id', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('offered_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('interpreter_needed', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('waiting_since', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('reply_due_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('clock_step', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('snoozed_until', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('opening', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('outcome', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('first_reply_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('caseworker', schema=None) as batch_op:
        batch_op.add_column(sa.Column('phone_channel', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('phone_confirmed_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('phone_code_key', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('phone_code_until', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('password_hash', sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column('totp_sealed', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('totp_step', sa.BigInteger(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('invite_key', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('invite_until', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('locale', sa.String(length=35), server_default='en', nullable=False))
        batch_op.add_column(sa.Column('shift_override', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('override_until', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('resting_until', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('idle_since', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('page_limit', sa.Integer(), server_default='4', nullable=False))
        batch_op.create_index(batch_op.f('ix_caseworker_phone_key'), ['phone_key'], unique=False)

    with op.batch_alter_table('conversation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('caseworker_id', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('safe_from', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('safe_to', sa.Integer(), nullable=True))
        batch_op.create_index('ix_conversation_caseworker_id', ['caseworker_id'], unique=False, sqlite_where=sa.text('caseworker_id IS NOT NULL'), postgresql_where=sa.text('caseworker_id IS NOT NULL'))

    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.create_index('ix_message_case_id', ['case_id'], unique=False, sqlite_where=sa.text('case_id IS NOT NULL'), postgresql_where=sa.text('case_id IS NOT NULL'))

    with op.batch_alter_table('case_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_event_at'), ['at'], unique=False)

    with op.batch_alter_table('case_file', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_file_owner_id'), ['owner_id'], unique=False)

def downgrade() -> None:

    with op.batch_alter_table('case_file', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_case_file_owner_id'))

    with op.batch_alter_table('case_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_case_event_at'))

    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_index('ix_message_case_id')

    with op.batch_alter_table('conversation', schema=None) as batch_op:
        batch_op.drop_index('ix_conversation_caseworker_id')
        batch_op.drop_column('safe_to')
        batch_op.drop_column('safe_from')
        batch_op.drop_column('caseworker_id')

    with op.batch_alter_table('caseworker', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_caseworker_phone_key'))
        batch_op.drop_column('page_limit')
        batch_op.drop_column('idle_since')
        batch_op.drop_column('resting_until')
        batch_op.drop_column('override_until')
        batch_op.drop_column('shift_override')
        batch_op.drop_column('locale')
        batch_op.drop_column('invite_until')
        batch_op.drop_column('invite_key')
        batch_op.drop_column('totp_step')
        batch_op.drop_column('totp_sealed')
        batch_op.drop_column('password_hash')
        batch_op.drop_column('phone_code_until')
        batch_op.drop_column('phone_code_key')
        batch_op.drop_column('phone_confirmed_at')
        batch_op.drop_column('phone_channel')

    with op.batch_alter_table('case_file', schema=None) as batch_op:
        batch_op.drop_column('first_reply_at')
        batch_op.drop_column('outcome')
        batch_op.drop_column('opening')
        batch_op.drop_column('snoozed_until')
        batch_op.drop_column('clock_step')
        batch_op.drop_column('reply_due_at')
        batch_op.drop_column('waiting_since')
        batch_op.drop_column('interpreter_needed')
        batch_op.drop_column('offered_at')
        batch_op.drop_column('offered_to_id')
        batch_op.drop_column('assigned_at')
        batch_op.drop_column('assigned_to_id')

    with op.batch_alter_table('reply_draft', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reply_draft_caseworker_id'))
        batch_op.drop_index(batch_op.f('ix_reply_draft_case_id'))

    op.drop_table('reply_draft')
    with op.batch_alter_table('page', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_page_caseworker_id_sent_at'))
        batch_op.drop_index(batch_op.f('ix_page_caseworker_id'))
        batch_op.drop_index(batch_op.f('ix_page_case_id'))

    op.drop_table('page')
    with op.batch_alter_table('mandated_report', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mandated_report_caseworker_id'))
        batch_op.drop_index(batch_op.f('ix_mandated_report_case_id'))

    op.drop_table('mandated_report')
    with op.batch_alter_table('interpreter_booking', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_interpreter_booking_caseworker_id'))
        batch_op.drop_index(batch_op.f('ix_interpreter_booking_case_id'))

    op.drop_table('interpreter_booking')
    with op.batch_alter_table('case_member', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_case_member_caseworker_id'))
        batch_op.drop_index(batch_op.f('ix_case_member_case_id'))

    op.drop_table('case_member')
    with op.batch_alter_table('call_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_call_entry_case_id'))

    op.drop_table('call_entry')
    with op.batch_alter_table('staff_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_staff_session_caseworker_id'))

    op.drop_table('staff_session')
    with op.batch_alter_table('shift', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_shift_caseworker_id'))

    op.drop_table('shift')
    with op.batch_alter_table('office_hours', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_office_hours_organisation_id'))

    op.drop_table('office_hours')
    with op.batch_alter_table('holiday', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_holiday_organisation_id'))

    op.drop_table('holiday')
    op.drop_table('posted_form')
    with op.batch_alter_table('login_try', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_login_try_key_at'))

    op.drop_table('login_try')

