import Testing
import ToolDefinitions
import ToolRisk
import WarderModel

@Suite struct HarmTests {
    private func verdict(_ name: String, _ description: String? = nil, properties: String = "") throws -> String {
        let verdict = ToolClassifier.classify(try tool(name, description, properties: properties))
        return "\(verdict.risk.rawValue), \(verdict.category.rawValue)"
    }

    @Test(arguments: [
        "delete_repository", "purge_queue", "drop_table", "wipe_disk", "deleteAllComments", "truncate_log",
        "terminate_instances",
    ])
    func `what is gone afterwards is critical`(name: String) throws {
        #expect(try verdict(name).hasPrefix("critical"))
    }

    @Test(arguments: [
        "delete_comment", "remove_label", "delete_reaction", "clear_filter", "unpin_message", "archive_card",
        "delete_observation", "delete_override", "delete_cookie",
    ])
    func `light things may go`(name: String) throws {
        #expect(try verdict(name) == "side-effect, standard")
    }

    @Test(arguments: [
        "refund_payment", "create_payout", "charge_card", "withdraw_funds", "send_payment", "createRefund",
        "pay_invoice", "place_order", "transfer_funds", "send_money", "approve_payment",
    ])
    func `moving money is critical`(name: String) throws {
        #expect(try verdict(name) == "critical, financial")
    }

    @Test func `an amount with somebody to get it is money`() throws {
        let fields = #""amount":{"type":"number"},"recipient":{"type":"string"}"#
        #expect(try verdict("submit_form", "Submits.", properties: fields) == "critical, financial")
        #expect(try verdict("submit_form", "Submits.") == "side-effect, standard")
    }

    @Test func `an amount in a currency is a price`() throws {
        let fields = #""amount":{"type":"number"},"currency":{"type":"string"}"#
        #expect(try verdict("create_shift", "Create a shift.", properties: fields) == "side-effect, financial")
    }

    @Test func `whoever gives a role says who may do what`() throws {
        let fields = #""name":{"type":"string"},"roles":{"type":"array"}"#
        #expect(try verdict("create_user", "Create a user.", properties: fields) == "critical, administrative")
        #expect(try verdict("create_user", "Create a user.") == "side-effect, administrative")
    }

    @Test func `a policy about what happens when is administered`() throws {
        for name in ["create_escalation_policy", "update_retention_policy", "attach_backup_policy"] {
            #expect(try verdict(name) == "side-effect, administrative")
        }
        #expect(try verdict("update_policy") == "critical, administrative")
    }

    @Test func `a door inside a name is a thing`() throws {
        #expect(try verdict("dismiss_terminal_action") == "side-effect, standard")
        #expect(try verdict("open_terminal") == "critical, administrative")
        let reset = try request(.post, "/companies/{id}/terminalSettings", "changeSettings")
        #expect(ToolClassifier.classify(reset).risk == .sideEffect)
        #expect(try risk(request(.get, "/vms/{id}/terminal", "vmTerminal")) == .critical)
        #expect(try verdict("pod_exec") == "critical, administrative")
    }

    @Test(arguments: [
        "create_exec_session", "start_shell_session", "open_terminal_session", "createSshConnection",
        "new_tunnel_channel",
    ])
    func `a door that is held open is one`(name: String) throws {
        #expect(try verdict(name) == "critical, administrative")
        let reasons = ToolClassifier.classify(try tool(name)).reasons
        #expect(reasons.contains { if case .opensDoor = $0 { true } else { false } })
        // What goes through it need not be said.
        #expect(try verdict(name, "Starts a session and returns its id.") == "critical, administrative")
    }

    @Test func `a session of something else opens nothing`() throws {
        #expect(try verdict("create_game_session").hasPrefix("side-effect"))
        #expect(try verdict("attach_session").hasPrefix("side-effect"))
        #expect(try !verdict("list_exec_sessions").hasPrefix("critical"))
    }

    @Test(arguments: [
        "update_invoice", "void_invoice", "update_billing_address", "cancel_payment",
        "cancel_refund", "create_payment_link", "create_credit_note", "create_bank_account",
    ])
    func `what is about money and moves none is financial`(name: String) throws {
        #expect(try verdict(name) == "side-effect, financial")
    }

    @Test(arguments: [
        "change_account_owner", "assign_role", "set_iam_policy", "grant_permission", "reset_password",
        "update_firewall",
        "rotate_secret", "create_access_token", "generate_api_key",
    ])
    func `who may do what is critical`(name: String) throws {
        #expect(try verdict(name) == "critical, administrative")
    }

    @Test(arguments: ["invite_user", "add_team_member", "create_webhook", "update_organization", "enable_plugin"])
    func `what administrators look after is administrative`(name: String) throws {
        #expect(try verdict(name) == "side-effect, administrative")
    }

    @Test(arguments: ["run_command", "execute_sql", "exec_shell", "eval_code", "ssh_exec", "run_python_script"])
    func `running what one is given is critical`(name: String) throws {
        #expect(try verdict(name) == "critical, administrative")
    }

    @Test(arguments: ["create_issue", "update_page", "send_message", "merge_pull_request", "cancel_subscription"])
    func `an ordinary change is an ordinary change`(name: String) throws {
        #expect(try verdict(name) == "side-effect, standard")
    }

    @Test(arguments: ["get_secret", "read_secret_value", "fetch_credentials", "get_password"])
    func `reading a credential is critical`(name: String) throws {
        #expect(try verdict(name) == "critical, administrative")
        #expect(ToolClassifier.classify(try tool(name)).reasons.first == .givesCredentials)
    }

    @Test func `so is what is said to answer with one`() throws {
        #expect(try verdict("get_database", "Returns the connection string for a site.") == "critical, administrative")
        #expect(try verdict("list_databases", "List every connection string.") == "read-only, standard")
    }

    /// A schema of an answer with this field in it.
    private static func answer(_ field: String, beside: String = "id") -> String {
        #"{"type":"object","properties":{"\#(beside)":{"type":"string"},\#(field)}}"#
    }

    @Test(arguments: ["get_client", "list_clients", "get_secret_thing", "search_hooks"])
    func `so is reading what has a credential among its fields, whatever it is called`(name: String) throws {
        for field in ["client_secret", "access_token", "private_key", "password"] {
            let one = Self.answer(#""\#(field)":{"type":"string"}"#)
            let list = #"{"type":"array","items":\#(one)}"#
            let page = #"{"type":"object","properties":{"items":\#(list)}}"#
            for output in [one, list, page] {
                let verdict = ToolClassifier.classify(try tool(name, "Get it.", output: output))
                #expect(verdict.risk == .critical && verdict.reasons.first == .givesCredentials, "\(output)")
            }
        }
        let plain = Self.answer(#""title":{"type":"string"}"#)
        #expect(try risk(tool("get_client", "Get it.", output: plain)) == .readOnly)
    }

    @Test func `a field that is only sent is in no answer, and no service gives a person's password back`() throws {
        let sent = Self.answer(#""client_secret":{"type":"string","writeOnly":true}"#)
        #expect(try risk(tool("get_client", "Get it.", output: sent)) == .readOnly)
        let password = #""password":{"type":"string"}"#
        let person = Self.answer(password, beside: "first_name")
        #expect(try risk(tool("get_user", "Get it.", output: person)) == .readOnly)
        #expect(try risk(tool("get_relay", "Get it.", output: Self.answer(password))) == .critical)
    }

    @Test func `a list of secrets has names, unless it says that it has their values`() throws {
        for text in ["Lists all secrets with their values.", "List credentials and the value of each."] {
            #expect(try verdict("list_secrets", text) == "critical, administrative")
        }
        for text in ["Lists all secrets.", "Lists the names of secrets.", "Lists secrets, but not their values."] {
            #expect(try verdict("list_secrets", text) == "read-only, standard")
        }
    }

    @Test func `the name knows better than DELETE what is done`() throws {
        func risk(_ name: String) throws -> Tool.Risk {
            ToolClassifier.classify(try request(.delete, "/subscriptions/{id}", name)).risk
        }
        #expect(try risk("cancel_subscription") == .sideEffect)
        #expect(try risk("subscriptions_id") == .critical)
        #expect(try risk("delete_account") == .critical)
    }

    @Test func `a reason never quotes the tool`() throws {
        let name = "Frobnicate_escapeize_delete_ESCAPE"
        let reasons = ToolClassifier.classify(
            try tool(
                name,
                "Escapeifies it and escapeizes the rest. Deletes ESCAPE.",
                properties: #""ESCAPE":{"enum":["ESCAPE"]},"action":{"enum":["delete-ESCAPE","escapeify"]}"#
            )
        ).reasons
        #expect(!reasons.isEmpty)
        #expect(
            reasons.allSatisfy {
                !$0.description.lowercased().contains("escape") && !$0.description.contains("robnicate")
            }
        )
    }
}
