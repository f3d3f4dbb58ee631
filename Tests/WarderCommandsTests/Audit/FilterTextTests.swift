import Testing

@testable import WarderCommands

@Suite("What events are looked for by")
struct FilterTextTests {
    @Test(
        "who did something is written as the log has it",
        arguments: ["operator:ada", "uid:0", "process:4294967295", "vault"]
    )
    func actors(_ text: String) throws {
        #expect(try FilterText.actor(text) == text)
    }

    @Test(
        "an actor that no event can have is refused on the spot",
        arguments: ["", "operator:", "operator:Ada Lovelace", "uid:-1", "uid:01", "process:x", "vault:1", "user:ada"]
    )
    func impossibleActors(_ text: String) {
        #expect(throws: InputError.self) { _ = try FilterText.actor(text) }
    }

    @Test("a bare name says how operators and servers are looked for")
    func bareName() throws {
        let run = try CommandRun(["audit", "search", "--actor", "ada"])
        #expect(run.status == .usage)
        #expect(run.errors.contains("operator:ada") && run.errors.contains("--server"))
    }

    @Test("a trace is found by its id alone, or by the header that carried it")
    func traces() throws {
        let id = "0af7651916cd43dd8448eb211c80319c"
        #expect(try FilterText.trace(id.uppercased()) == id)
        #expect(try FilterText.trace("00-\(id)-b7ad6b7169203331-01") == id)
        for wrong in ["", "0af7", id + "0", "00-\(id)", "00-\(id.dropLast())-b7ad6b7169203331-01"] {
            #expect(throws: InputError.self, "\(wrong)") { _ = try FilterText.trace(wrong) }
        }
    }

    @Test("a text that is longer than what the vault looks for is refused before it is asked")
    func longTexts() throws {
        let long = String(repeating: "x", count: 513)
        for arguments in [["--on-behalf-of", long], ["--where", "agent=\(long)"], ["--on-behalf-of", ""]] {
            let run = try CommandRun(["audit", "tail"] + arguments)
            #expect(run.status == .usage && run.errors.contains("512 bytes"), "\(run.errors)")
        }
    }

    @Test("every way to look for events has the same filters", arguments: ["tail", "search", "export"])
    func everywhere(_ verb: String) throws {
        let help = try CommandRun(["audit", verb, "--help"]).outputText
        for option in [
            "--since", "--until", "--server", "--tool", "--secret", "--actor", "--on-behalf-of", "--decision", "--type",
            "--trace-id", "--where",
        ] {
            #expect(help.contains(option), "\(option)")
        }
    }
}
