### What is wrong with a list, a file, a template or a setting, and what helps.

## An address, in the place of a fault after it.

address = `{ $text }` { $fault }
address_empty = is empty
address_no_at = has no @
address_two_ats = has more than one @
address_no_local = has nothing before the @
address_local_too_long = has more than { $most } bytes before the @
address_local_character = has { $character } before the @
address_local_dots = starts or ends with a dot, or has two dots in a row, before the @
address_no_domain = has nothing after the @
address_domain_without_dot = has a domain without a dot
address_bad_domain = has a domain that cannot exist
address_too_long = is longer than { $most } bytes
address_forbidden = holds the forbidden character { $character }
address_unclosed_quote = has a quote that is not closed
address_unclosed_bracket = has a `<` that is not closed
address_name_too_long = has a name longer than { $most } bytes
address_words_around = has other words around the address
address_after_bracket = continues after the `>`
address_too_many = holds more than { $most } addresses
write_as_address = write it as name@domain
separate_addresses = separate two addresses with a comma or a semicolon
check_local = check the part before the @
complete_domain = complete it, as in exemple.fr
check_domain = check the part after the @
close_quote = close it with "
close_bracket = close it with >
write_with_name = write it as Name <name@domain>
spread_addresses = spread them over several rows
character_space = a space
character_line_break = line break
character_tab = tab
character = { $character }

## A row.

in_field = { $field }: { $what }
in_template = { $place }: { $what }
no_recipients = there are no recipients
add_rows_or_loosen = add a row per recipient, or relax --where
add_rows = add a row for each
cell_empty = column "{ $column }" is empty
fill_in_or_default = fill it in, or give the template a default
nobody = no recipient: `to` is empty
fill_in_address = fill in the address
domain_unusual = { $field }: the domain of `{ $address }` is unusual
did_you_mean_domain = did you mean { $domain }?
message_too_large = the message would be { $size } MB, and the account takes { $most } MB
attach_smaller = attach a smaller file, or send a link
no_file_named = no file is named: the attachment is `{ $path }`
name_or_allow_no_file = fill it in, or allow messages without a file (on-no-file = "send")
duplicate_message = the same message goes to the same recipient as on line { $line }
duplicate_file = the same file goes to the same recipient as on line { $line }
delete_duplicate = delete one of the two rows
unsubscribe_brackets = list-unsubscribe: `{ $text }` is not in angle brackets
unsubscribe_scheme = list-unsubscribe: `{ $text }` is neither a web address nor a mailto:
unsubscribe_character = list-unsubscribe: `{ $text }` holds { $character }, which no address on the web may
write_link = write it as <https://…>
write_link_or_mailto = write it as <https://…> or <mailto:…>
encode_cell = encode the cell, as in {"{{"} email|urlencode {"}}"}

## A file to attach.

file_not_sent = the file `{ $path }` was not uploaded
send_file_along = upload it, or correct its name
file_missing = the file `{ $path }` does not exist
put_file_there = put it there, or correct its name
file_forbidden = the file `{ $path }` cannot be read: permission denied
file_unreadable = the file `{ $path }` cannot be read ({ $error })
file_name_control = the file name holds a control character
file_in_full = the file `{ $path }` has its full path in a cell
write_folder_in_template = write its folder into the template, as in --attach '/folder/{"{{"} file {"}}"}'
file_outside = the file `{ $path }` is outside the folder
file_outside_mailing = the file `{ $path }` is outside the mailing's folder
file_outside_folder = the file `{ $path }` is outside `{ $folder }`, the folder that the template names
name_file_inside = name a file inside it
name_file_inside_or_folder = name a file inside it, or write the other folder into the template
file_of_vigie = the file `{ $path }` belongs to Vigie itself
name_file_elsewhere = name a file outside its directory
path_no_file = `{ $path }` is not a file
name_file = name a file

## The file of recipients.

no_file = is not a file
name_csv_or_json = name a CSV or JSON lines file
is_directory = is a directory
name_recipients_in_it = name the file of recipients in it
file_empty = the file is empty
needs_headings_and_rows = it needs a line of headings and a row per recipient
needs_headings = it needs a line of headings
json_array = is a JSON array
json_per_line_bare = write one JSON object per line, without [ and ]
json_per_line = write one JSON object per line
json_per_line_utf8 = write one JSON object per line, in UTF-8
no_json_object = is not a JSON object ({ $error }, character { $character })
json_bad_name = { $member } cannot be the name of a column
give_plain_name = use a plain name
json_first_empty = the first object is empty
give_all_columns = give it all the columns
json_unknown = the first object has no "{ $member }"
first_names_all = the first object must name every column
json_cell_object = column "{ $column }" holds an object
write_json_cell = write text, a number, true, false, null or a list of texts
line_too_long = the line is longer than { $most } bytes
too_many_columns = there are { $count } columns, more than { $most }
keep_used_columns = keep those that the mailing uses
no_heading = column { $number } has no heading
write_heading = write a heading above it, or delete the column
heading_too_long = the heading of column { $number } is longer than { $most } characters
begins_with_headings = does the file begin with a line of headings?
heading_twice = columns { $first } and { $number } have the same heading "{ $heading }"
rename_one = rename one of them
heading_control = the heading of column { $number } holds a control character
address_as_heading = the first line holds the address `{ $address }`, so it is not a line of headings
add_headings = add a line of headings above it
cell_too_long = column "{ $column }" holds more than { $most } bytes
cell_control = column "{ $column }" holds the control character U+{ $character }
delete_or_save_utf8 = delete it, or save the file again as CSV in UTF-8
wrong_count = the row has { $found } where the headings have { $wanted }
one_field = 1 field
fields = { $count } fields
runs_on = it continues over { $lines } lines of text: is a closing quote missing?
quote_separator = put the cell that holds the separator in quotes
complete_or_delete = complete it, or delete the line
torn = a quote is opened on line { $from } and closed inside a cell on line { $to }, so the lines between may be separate rows
close_or_double = close it where its cell ends, or double it if it belongs to the text
close_or_double_short = close it, or double it if it belongs to the text
stopped_line = reading stopped here: { $what }; line { $line } is not read
stopped_lines = reading stopped here: { $what }; lines { $line } to { $last } are not read
unclosed = a quote is opened and never closed
unclosed_from = a quote is opened on line { $line } and never closed
row_too_long = the row is longer than { $most } bytes
quote_never_closed = is the quote opened on line { $line } never closed?
text_with_rows = is this a file of text with one recipient per line?
too_many_fields = the row has more than { $most } fields
not_utf8 = the row is not UTF-8, and the rows before it are
save_one_encoding = save the whole file again in one encoding, best as CSV UTF-8
cannot_open = cannot be opened ({ $error })
cannot_read = cannot be read ({ $error })
cannot_read_further = cannot be read further ({ $error }); the rest is not read
check_path = check the path
body_unread = "{ $file }" cannot be read ({ $error })
check_path_or_write = check the path; a text given directly, not as a file, holds `{"{{"}` or a line break
check_file = check the file
give_right = give this user the right to read it
save_utf8 = save the file again as CSV in UTF-8
check_disk = check the disk and the file
send_again = send it again
nul = contains a NUL character, so it is not a text file
old_workbook = is an old Excel workbook (.xls), or has a password
workbook_damaged = is damaged, or is no workbook
workbook_binary = is a binary workbook (.xlsb), which Vigie does not read
no_workbook = is an archive without a workbook in it
workbook_encrypted = is protected by a password
workbook_too_large = is a workbook of more than { $most } MB
workbook_bomb = is far larger than a workbook once unzipped
sheet_too_large = has more cells than Vigie reads from a workbook
save_workbook = open it in Excel or LibreOffice, then save it again as an Excel workbook (.xlsx) or an OpenDocument spreadsheet (.ods)
save_without_password = save it as .xlsx without a password
save_as_csv = save the sheet as "CSV UTF-8" and choose that file
no_sheet = there is no sheet called "{ $sheet }"
sheets_are = the sheets are { $sheets }
sheet_empty = the sheet "{ $sheet }" is empty
fill_sheet = it needs a row of headings and a row per recipient
no_sheets = has no sheets, which only workbooks have
leave_out_sheet = leave out the sheet's name
cell_fault = column "{ $column }" shows { $shown }
correct_formula = correct its formula, or write the value
pdf = is a PDF, not a list of recipients (CSV, .xlsx or .ods)
name_recipients = name the file of recipients
compressed = is compressed
decompress = decompress it first
binary = is binary data, not text
name_text = name a CSV file in UTF-8 or Windows-1252, or JSON lines
no_column = there is no column "{ $column }"
did_you_mean = did you mean "{ $column }"?
columns_are = the columns are { $columns }

## A template.

no_variable = no column is called `{ $column }`
did_you_mean_variable = did you mean `{ $column }`?
template_error = { $error }
render_error = { $error }
close_open = close what is open
correct_template = correct the template
correct_template_or_row = correct the template or the row
too_much_text = processes more than { $most } MB of text
shorten_loops_or_cells = shorten its loops, or the cells of this row
too_many_steps = needs too many steps
shorten_loops = shorten its loops
too_long_rendered = gives more than { $most } bytes
shorten_or_attach = shorten it, or attach a file
column_in_group = uses the column `{ $column }`, but all recipients of a group receive the same message
leave_out_or_ungroup = leave it out, or send without --group
line_break_in_header = a cell puts a line break into `{ $name }`
delete_line_break = delete the line break from the cell
control_in_header = a cell puts the control character U+{ $character } into `{ $name }`
delete_from_cell = delete it from the cell
no_multiplication = multiplication is not available in templates
compute_product = compute the product in the file of recipients
slice_in_loop = a part of a text (`[a:b]`) is taken inside a loop
slice_before_loop = take it before the loop, with `{"{"}% set name = … %{"}"}`
block_in_variable = a block cannot be kept in a variable
write_set = write `{"{"}% set name = value %{"}"}`
tag_too_long = a tag has more than { $most } words and signs
too_many_tokens = the tags have more than { $most } words and signs
too_many_blocks = there are more than { $most } blocks (`{"{"}% … %{"}"}`)
simplify = shorten the template, or put what it decides into a column of the file
loop_in_filter = a loop stands in a `{"{"}% filter %{"}"}` block
filter_in_loop = write the filter inside the loop
loop_of_itself = a loop cannot call itself (`recursive`)
too_many_joinings = too many texts are joined (`~`, `+`)
print_parts = print the parts one after the other instead of joining them first

## A setting.

setting_unknown = unknown field `{ $name }`, expected one of { $known }
setting_error = { $error }
correct_setting = correct the setting
no_body = the message has no body
give_body = give --text or --html
no_subject = the message has no subject
give_subject = give --subject
no_to = no recipient is set
give_to = give --to, as in "{"{{"} email {"}}"}"
no_from = no sender is set
give_from = give --from "Name <name@domain>"
is_zero = is 0
give_from_one = give a number from 1, or leave it out
group_too_large = is more than { $most }
smaller_groups = make smaller groups
source_too_long = is longer than { $most } bytes
attach_instead = attach it instead

## Said of many things.

shorten = shorten it
delete = delete it

## The system, of a file or a connection.

system_not_found = No such file or directory
system_forbidden = Permission denied
system_exists = File exists
system_address_taken = Address already in use
system_address_unknown = Cannot assign requested address
system_refused = Connection refused
system_reset = Connection reset by peer
system_disk_full = No space left on device
system_read_only = Read-only file system
system_directory = Is a directory
system_no_directory = Not a directory
system_timeout = Connection timed out
system_other = { $error }
