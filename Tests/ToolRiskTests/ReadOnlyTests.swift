import Testing
import ToolDefinitions
import WarderModel

@testable import ToolRisk

@Suite struct ReadOnlyTests {
    @Test(
        arguments: [
            ("list_issues", "List issues."), ("issue_read", "Get information on an issue."), ("searchCode", nil),
            ("pull_request_read", "Get information on a pull request."), ("git_log", "Shows the commit logs"),
            ("get_update_status", "Returns the state of the last update."), ("order.get_by_id", "Fetches an order."),
            ("list_deleted_users", "Lists users that were deleted."), ("test_clock_get", "Get a test clock"),
            ("backup.jobs.list", "Returns backup jobs."), ("get_delete_marker", "Get a delete marker."),
            ("find_duplicates", "Finds issues that look alike. Use create_issue to file a new one."),
            ("get_issue", "Get an issue. Do not use this to update or delete issues; it does not modify anything."),
            ("query_metrics", "Executes a query and returns series."),
            ("search_names", "SearchNames"), ("list_duties", "List duties. Resolves each team to its members."),
            ("db_stats", "Returns figures about a database."), ("list_flags", "View and edit restrictions of a page."),
            ("get_picture", "Download a picture. Returns its bytes."),
            ("get_page", "Gets a page and returns the text."),
            ("list_rows", "Lists rows that are marked as read."), ("get_orders", "Orders of a customer."),
            ("research_search_papers", "Search papers."),
            ("get_issue", "Gets an issue and comments that people wrote."),
            ("list_hosts", "Lists services and the hosts it runs on."),
            ("get_row", "Gets a row. Locks of a row are not given."), ("list_links", "Lists files and links to them."),
            ("list_rows", "Lists rows and sorts them."),
            ("get_order", "Gets an order, and when it is removed says so."),
        ] as [(String, String?)]
    )
    func `what only looks is read-only`(name: String, description: String?) throws {
        #expect(try risk(tool(name, description)) == .readOnly)
    }

    /// Names and words that begin like reading, and change something.
    @Test(
        arguments: [
            ("get_or_create_user", "Gets a user."), ("find_and_replace", "Finds text."), ("getAndDelete", nil),
            ("check_in", "Checks a guest in."), ("check_out_license", nil), ("read_and_acknowledge", nil),
            ("get_messages", "Gets messages and marks them as read."),
            ("list_jobs", "Lists jobs. Deletes those that are done."),
            ("search_users", "Search and delete users"), ("get_token", "Creates a token and returns it."),
            ("view_report", "Permanently archives the report and shows it."), ("archive_list", nil), ("set_list", nil),
            ("copy_list", nil), ("run_query", "Runs a query."), ("select_option", nil), ("watch_repository", nil),
            ("get_result", "Returns the result. This cannot be undone."), ("list", "Updates all lists"),
            ("read_messages", "Read messages of a consumer group."), ("check", "Checks out a copy."),
            ("show_and_clear_cache", nil), ("get_then_delete", nil), ("list_reset", "Resets a list."),
            ("list_product", "List a product for sale."), ("show_dialog", nil), ("check_item", nil),
            ("take_screenshot", nil),
            ("get_next_job", "Gets the next job from the queue."), ("get_run", "Runs a workflow."), ("evaluate", nil),
            ("suggest_edit", "Suggest an edit."), ("checkout_session", "Returns the address of a new session."),
            ("tokenize_card", nil),
            ("download_report", "Download a report. The operation also creates a link that anybody can open."),
            ("tabs", "List, open, close or switch tabs."), ("tabs_list", "List or close tabs"),
            ("highlight", "Show a frame around an element."), ("notices", "Display an alert to the person."),
            ("download_media", "Download media of a message."),
            ("get_media", "Downloads media and gives the file path."),
            ("inspect_code", "Inspect code, then mend and store the result."),
            ("compare", "Compare two and merge them."),
            ("inspect", "Inspects and repairs tables"), ("read_mail", "Read a mail, marking it as read"),
            ("get_mails", "Get mails. Mails are marked as read."),
            ("get_cart", "Returns the cart (creates one if missing)"),
            ("get_cart", "Gets the cart, creating one if there is none."),
            ("get_tag", "Get a tag. It will be created."),
            ("get_tag", "Get a tag. A new one is created if there is none."), ("get_or_set", "get_or_set"),
            ("list_rows", "List rows and, if asked, delete them."), ("list_work", "List a work on the marketplace."),
            ("browse_page", "Browse to a page"), ("search_feedback", "Records how good a search was."),
            ("search_feedback", "Comment the last search."), ("git_fetch", nil), ("read_aloud", nil),
            ("dequeue_message", nil), ("get_messages", "Gets messages and archives them."),
            ("fetch_file", "Fetches a file and uploads it."),
            ("get_invoice", "Gets the invoice and emails it to the customer."),
            ("get_report", "Returns the report and posts it to the channel."),
            ("get_lead", "Gets a lead, and claims it for the caller."),
            ("calculate_invoice", "Calculate an invoice\n\nCalculates an invoice and stores it."),
            ("get_row", "Gets a row and immediately locks it."), ("get_row", "Gets a row. Locks it."),
            ("get_report", "Gets a report and posts to the channel."),
            ("get_mail", "Gets a mail, which archives it."), ("list_jobs", "Lists jobs (runs them)."),
            ("read_message", "Reads a message; it is removed."),
            ("get_account", "Gets the account and, when it is missing, opens one."),
            ("check_domain", "Checks a domain; if it is correct, sending is switched on."),
        ] as [(String, String?)]
    )
    func `what changes something beside looking is not`(name: String, description: String?) throws {
        #expect(try risk(tool(name, description)) != .readOnly)
    }

    /// What the rules know as a verb with an effect, whatever noun it is too.
    private static let effects = Lexicon.writing.union(Lexicon.verbal).union(Lexicon.nominal).union(Lexicon.destroying)
        .union(Lexicon.paying).union(Lexicon.executing).subtracting(DescriptionReading.arranging)
        .filter { $0.count > 2 }.sorted()

    /// `stores`, `applies`, `publishes`.
    private static func third(_ verb: String) -> String {
        if let last = verb.last, last == "y", !"aeiou".contains(verb.dropLast().last ?? "a") {
            return verb.dropLast() + "ies"
        }
        return verb + (["s", "x", "z", "ch", "sh", "o"].contains { verb.hasSuffix($0) } ? "es" : "s")
    }

    @Test(
        "no verb with an effect goes unseen behind one that looks",
        arguments: [
            "Gets the row and … it.", "Get the row and … it to the customer.", "Gets the rows, then … them.",
            "Lists rows and … them", "Get a row\n\nGets a row and … it.",
        ]
    )
    func joined(sentence: String) throws {
        #expect(Self.effects.count > 600)
        for verb in Self.effects {
            let text = sentence.replacing("…", with: Self.third(verb))
            #expect(try risk(tool("get_row", text)) != .readOnly, "\(text)")
            #expect(try risk(request(.get, "/rows/{id}", "getRow", text)) != .readOnly, "GET: \(text)")
        }
    }

    @Test(arguments: ["frobnicate", "thing", "customer", "x", "ask", "sequentialthinking", "go", "handler", "a.b"])
    func `what is unknown counts as a change`(name: String) throws {
        let verdict = ToolClassifier.classify(try tool(name))
        #expect(verdict.risk == .sideEffect)
        #expect(verdict.category == .standard)
        #expect(verdict.reasons.contains(.unknown))
    }

    @Test(arguments: [
        #""action":{"enum":["get","list","delete"]}"#, #""method":{"type":"string","enum":["GET","POST"]}"#,
        #""operation":{"anyOf":[{"const":"read"},{"const":"write"}]}"#,
        #""method":{"type":"string"},"url":{"type":"string"}"#,
        #""sql":{"type":"string"}"#, #""command":{"type":"string"}"#, #""force":{"type":"boolean"}"#,
        #""mark_as_read":{"type":"boolean"}"#, #""dryRun":{"type":"boolean"}"#, #""output_path":{"type":"string"}"#,
        #""options":{"type":"object","properties":{"delete_after":{"type":"boolean"}}}"#,
        #""url":{"type":"string"},"body":{"type":"string"}"#, #""script":{"type":"string"}"#,
        #""mode":{"enum":["read","write"]}"#,
    ])
    func `arguments that are of use only for changes say so`(properties: String) throws {
        #expect(try risk(tool("get_thing", "Gets a thing.")) == .readOnly)
        #expect(try risk(tool("get_thing", "Gets a thing.", properties: properties)) != .readOnly)
    }

    @Test func `a download ends in a file, and the answer to a request does not`() throws {
        #expect(try risk(tool("download_log", "Download a log.")) != .readOnly)
        #expect(try risk(tool("get_log", "Download a log.")) == .readOnly)
        #expect(try risk(tool("get_log", "Download a log.", properties: #""path":{"type":"string"}"#)) != .readOnly)
        #expect(try risk(request(.get, "/logs/{id}/download", "download_log", "Download a log.")) == .readOnly)
    }

    @Test func `a query in SQL can change anything`() throws {
        let query = #""query":{"type":"string"}"#
        #expect(try risk(tool("search_notes", "Search notes.", properties: query)) == .readOnly)
        #expect(try risk(tool("query_notes", "Query notes with SQL.", properties: query)) != .readOnly)
        #expect(try risk(tool("query_notes", "Query notes in PostgreSQL.", properties: query)) != .readOnly)
        #expect(try risk(tool("query_notes", "Run a query against the database.", properties: query)) != .readOnly)
    }

    @Test func `actions that all look make a tool that looks`() throws {
        let actions = #""operation":{"enum":["get_routes","list_routes","get_route_versions"]}"#
        #expect(try risk(tool("manage_routes", "Manage routes.", properties: actions)) == .readOnly)
        #expect(try risk(tool("manage_routes", "Manage routes.")) != .readOnly)
    }

    /// A hint of the one who is to be judged.
    @Test func `annotations make it worse, and never better`() throws {
        let worse = [
            #""readOnlyHint":false"#, #""destructiveHint":true"#, #""readOnlyHint":true,"destructiveHint":true"#,
        ]
        for annotations in worse {
            #expect(try risk(tool("list_issues", "List issues.", annotations: annotations)) == .sideEffect)
        }
        let better = #""readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false"#
        for name in ["delete_repository", "update_issue", "frobnicate", "run_command", "refund_payment"] {
            let plain = ToolClassifier.classify(try tool(name))
            #expect(plain.risk != .readOnly)
            #expect(ToolClassifier.classify(try tool(name, annotations: better)) == plain)
        }
    }

    @Test(arguments: [
        (Endpoint.Method.get, "/users/{id}/activate", "get_users_id_activate"),
        (.get, "/auth.revoke", "auth_revoke"), (.get, "/apps.uninstall", "apps_uninstall"),
        (.get, "/files/{id}/share", "files_share"), (.get, "/pods/{name}/exec", "getPodExec"),
        (.get, "/nodes/{name}/proxy/{path}", "getNodeProxy"), (.get, "/oauth/authorize", "authorize"),
        (.get, "/oauth/token", "oauth_token"), (.get, "/email/unsubscribe", "unsubscribe"), (.get, "/logout", "logout"),
        (.get, "/jobs/{id}:cancel", "jobs.cancel"), (.head, "/cache/purge", "cache_purge"),
        (.post, "/things", "list_things"), (.put, "/search", "search"), (.delete, "/search", "search"),
        (.patch, "/items/list", "list_items"), (.post, "/reports/get", "createReport"), (.get, "/cron/run", "cron_run"),
        (.get, "/oauth/token", "get_token"), (.get, "/senders/verify/{token}", "GET_senders-verify-token"),
        (.get, "/domains/{id}/validate", "validateDomain"), (.get, "/sign-in", "sign_in"),
        (.get, "/machines/{id}/terminal", "machineTerminal"),
    ])
    func `a request that changes something is not read-only whatever its method`(
        method: Endpoint.Method,
        path: String,
        name: String
    ) throws {
        #expect(try risk(request(method, path, name)) != .readOnly)
        #expect(try risk(request(method, path, name, "See the documentation.")) != .readOnly)
        #expect(try risk(request(method, path, name, "Returns what came of it.")) != .readOnly)
    }

    @Test(
        arguments: [
            (Endpoint.Method.get, "/users/{id}", "getUser", nil), (.get, "/v1/orders", "get_v1_orders", nil),
            (.get, "/bans/{id}", "get_ban", nil), (.head, "/users", "users", nil),
            (.get, "/users/{id}/comments", "x", nil),
            (.get, "/pulls/{id}/merge", "check_merged", "Checks whether a pull request was merged."),
            (.get, "/deployments/{name}/scale", "readDeploymentScale", "read scale of a deployment"),
            (.post, "/pages/search", "search_pages", "Searches pages by title."),
            (.post, "/transfer/get", "transferGet", "Retrieve a transfer"),
            (.post, "/orders/batch-retrieve", "BatchRetrieveOrders", "BatchRetrieveOrders"),
            (.post, "/orders/calculate", "CalculateOrder", "Calculates what an order costs."),
            (.get, "/ip_allow_lists/{id}", "getIpAllowList", "Get a list of addresses."),
            (.get, "/containers/{id}/export", "containerExport", "Export the contents of a container as a tarball."),
        ] as [(Endpoint.Method, String, String, String?)]
    )
    func `a request that looks is read-only`(
        method: Endpoint.Method,
        path: String,
        name: String,
        description: String?
    ) throws {
        #expect(try risk(request(method, path, name, description)) == .readOnly)
    }

    @Test func `a description that begins with the verb of the path says what is done`() throws {
        let text = "This endpoint allows you to verify an account."
        #expect(try risk(request(.get, "/accounts/verify/{code}", "GET_accounts-verify-code", text)) != .readOnly)
        let mended = "Validates a domain, which can send mail afterwards."
        #expect(try risk(request(.get, "/domains/{id}/validate", "validateDomain", mended)) != .readOnly)
    }

    @Test func `a verb in a path that makes a name of something is no verb`() throws {
        let count = "Retrieve a count of replays."
        #expect(try risk(request(.get, "/replay-count", "getReplayCount", count)) == .readOnly)
        #expect(try risk(request(.get, "/replay", "getReplayCount", count)) != .readOnly)
        #expect(try risk(request(.get, "/pages/sign-in", "getSignInPage", "Get the sign-in page.")) == .readOnly)
        #expect(try risk(request(.get, "/sign-in", "getSignInPage", "Get the sign-in page.")) != .readOnly)
        #expect(try risk(request(.get, "/terminalLogos", "getLogos", "Get logos of terminals.")) == .readOnly)
    }

    @Test func `words that join nothing are read as well`() throws {
        for text in ["which archives it", "Which.", "and them", ", it", "This, which", "and"] {
            #expect(try risk(tool("frobnicate", text)) != .readOnly)
        }
    }

    @Test func `a noun is a verb where name and description begin with it`() throws {
        #expect(try risk(request(.get, "/pizza", "order_pizza", "Orders a pizza.")) != .readOnly)
        #expect(try risk(request(.get, "/orders", "order_list", "Orders of a customer.")) == .readOnly)
    }

    @Test func `scopes that only write say so`() throws {
        func scoped(_ scopes: [[String]]) throws -> Tool.Risk {
            try risk(request(.get, "/steps", "steps", nil, scopes: scopes))
        }
        #expect(try scoped([["steps:execute"]]) != .readOnly)
        #expect(try scoped([["pets:write"], ["pets.delete"]]) != .readOnly)
        #expect(try scoped([["pets:write", "pets:read"]]) == .readOnly)
        #expect(try scoped([["pets:write"], ["pets:read"]]) == .readOnly)
        #expect(try scoped([]) == .readOnly)
    }
}
