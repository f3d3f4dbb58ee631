import StrictJSON

/// What lies on the stage: two servers of this user, one of another, tools of each class, a decoy for each grant.
extension Stage {
    static let reading = "stage/read"
    static let writing = "stage/write"
    static let paying = "stage/pay"
    static let imported = "annex/list_notes"
    /// A tool of a server that no process of the rehearsal is.
    static let foreign = "elsewhere/read"

    func furnish() throws(CommandFailure) {
        let own = Accounts.ownUID
        for (server, uid) in [("stage", own), ("annex", own), ("elsewhere", own &+ 1)] {
            try arrange("POST", "/v1/servers", #"{"name":"\#(server)","selectors":{"uid":\#(uid)}}"#)
        }
        try add(Self.reading, #","risk":"read-only""#)
        try add(Self.writing, #","risk":"side-effect""#, grant: #","uses":1"#)
        try add(Self.paying, #","risk":"critical","category":"financial""#)
        try add(Self.foreign, #","risk":"read-only""#)
        // People would be asked ten times a minute at most.
        try arrange("PUT", "/v1/limits", #"{"server":"stage","risk":"critical","limit":"off"}"#)
    }

    /// A tool with a secret of the same name.
    func add(_ tool: String, _ properties: String, grant: String = "") throws(CommandFailure) {
        try arrange("POST", "/v1/tools", #"{"name":"\#(tool)"\#(properties)}"#)
        try self.grant(tool, grant)
    }

    /// A secret of a tool's name, for that tool.
    func grant(_ tool: String, _ terms: String = "") throws(CommandFailure) {
        try hide(tool)
        try arrange("POST", "/v1/grants", #"{"tool":"\#(tool)","secret":"\#(tool)"\#(terms)}"#)
    }
}
