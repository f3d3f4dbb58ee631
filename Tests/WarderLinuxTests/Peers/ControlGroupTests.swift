import RandomTesting
import Testing
import WarderLinux

@Suite("The unit of a control group")
struct ControlGroupTests {
    @Test(
        "a unit is read where systemd put the process",
        arguments: [
            ("0::/system.slice/github-mcp.service\n", "github-mcp.service"),
            ("0::/init.scope\n", "init.scope"),
            ("0::/a.slice/a-b.slice/a-b-c.slice/x.service\n", "x.service"),
            ("0::/system.slice/system-mcp.slice/mcp@github.service\n", "mcp@github.service"),
            ("0::/user.slice/user-1000.slice/session-3.scope\n", "session-3.scope"),
            (#"0::/system.slice/system-mcp\x2dx.slice/mcp\x2dx@a.service"# + "\n", #"mcp\x2dx@a.service"#),
            ("0::/system.slice/a:b.service\n", "a:b.service"),
            ("0::/system.slice/x.service", "x.service"),
            ("12:cpu,cpuacct:/elsewhere\n1:name=systemd:/system.slice/x.service\n", "x.service"),
            ("1:name=systemd:/system.slice/x.service\n0::/\n", "x.service"),
            ("1:name=systemd:/system.slice/old.service\n0::/system.slice/x.service\n", "x.service"),
        ]
    )
    func units(text: String, unit: String) {
        #expect(ControlGroup.unit(in: text.utf8) == unit)
    }

    @Test(
        "what lies below the first unit is the unit's own and says nothing",
        arguments: [
            ("0::/system.slice/x.service/payload\n", "x.service"),
            ("0::/system.slice/x.service/system.slice/github-mcp.service\n", "x.service"),
            ("0::/machine.slice/m.scope/payload/system.slice/github-mcp.service\n", "m.scope"),
        ]
    )
    func delegated(text: String, unit: String) {
        #expect(ControlGroup.unit(in: text.utf8) == unit)
    }

    @Test(
        "no unit where the name is the user's own, or nothing that systemd wrote",
        arguments: [
            "",
            "0::/\n",
            "0::/system.slice\n",
            "0::/user.slice/user-1000.slice/user@1000.service/app.slice/github-mcp.service\n",
            "0::/user.slice/user-1000.slice/user@1000.service/init.scope\n",
            "0::/user.slice/user-1000.slice/user@1000.service\n",
            "0::/docker/0123456789abcdef\n",
            "0::/docker/system.slice/github-mcp.service\n",
            "0::/system.slice/foo/github-mcp.service\n",
            "0::/../system.slice/github-mcp.service\n",
            "0::/system.slice/../system.slice/github-mcp.service\n",
            "0::/system.slice/./github-mcp.service\n",
            "0::/system.slice/github-mcp.service/..\n",
            "0::/system.slice//github-mcp.service\n",
            "0::/system.slice/github-mcp.service/\n",
            "0::/system.slice/github-mcp.service (deleted)\n",
            "0::/system.slice/github mcp.service\n",
            "0::/system.slice/gïthub.service\n",
            "0::/system.slice/.service\n",
            "0::/system.slice/github-mcp.socket\n",
            "0::system.slice/github-mcp.service\n",
            "0:/system.slice/github-mcp.service\n",
            "0::/system.slice/a.service\n0::/system.slice/b.service\n",
            "1:name=systemd:/system.slice/a.service\n2:name=systemd:/system.slice/b.service\n",
            "1:name=other:/system.slice/github-mcp.service\n",
            "1:cpu,name=systemd:/system.slice/github-mcp.service\n",
            "0:cpu:/system.slice/github-mcp.service\n",
        ]
    )
    func none(text: String) {
        #expect(ControlGroup.unit(in: text.utf8) == nil)
    }

    @Test("bytes that are no UTF-8 give no unit")
    func notText() {
        let text = Array("0::/system.slice/github".utf8) + [0xff, 0xfe] + Array(".service\n".utf8)
        #expect(ControlGroup.unit(in: text) == nil)
    }

    @Test("a component of 256 bytes is read, one more byte gives no unit")
    func length() {
        let name = String(repeating: "a", count: 256 - ".service".utf8.count) + ".service"
        #expect(ControlGroup.unit(in: "0::/system.slice/\(name)\n".utf8) == name)
        #expect(ControlGroup.unit(in: "0::/system.slice/a\(name)\n".utf8) == nil)
        #expect(ControlGroup.unit(in: "0::/system.slice/x.service/a\(name)\n".utf8) == nil)
    }

    @Test("no bytes at all make it fail, and what it returns is always a unit's name")
    func random() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        let words = [
            "0::", "1:name=systemd:", "/", "system.slice", "a.service", "..", "\n", ":", "user@1.service", "\0", "é",
        ]
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                words[Int.random(in: 0..<words.count, using: &generator)]
            }.joined()
            guard let unit = ControlGroup.unit(in: text.utf8) else { continue }
            #expect(
                unit.hasSuffix(".service") && !unit.contains("/") && !unit.hasPrefix("user@1.service"),
                "seed \(seed), text \(text.debugDescription)"
            )
        }
    }
}
