import Testing

@testable import WarderConfiguration

@Suite("Configuration: what the worker runs and reaches")
struct WorkerConfigurationTests {
    private let fixture: ConfigurationFixture

    init() throws { fixture = try ConfigurationFixture() }

    @Test("entries have the settings that stand below their names, and the defaults for the rest")
    func entries() throws {
        let worker = try fixture.load(
            """
            worker:
              jobs: 2
              hooks:
                github-token:
                  program: /etc/warder/hooks/github-token
                  timeout: 30s
                  environment:
                    PATH: /usr/bin
                    LANG: C.UTF-8
                x.1: {program: /x, user: hooks}
              postgres:
                main: {host: /run/postgresql, database: app, tls: disable, port: 5433}
                far: {host: db.internal, database: "my app", ca: /etc/ca.pem}
            """
        ).worker
        #expect(worker.jobs == 2)
        #expect(
            worker.hooks == [
                "github-token": .init(
                    program: "/etc/warder/hooks/github-token",
                    timeout: .seconds(30),
                    environment: ["PATH": "/usr/bin", "LANG": "C.UTF-8"]
                ),
                "x.1": .init(program: "/x", user: .init(name: "hooks", uid: 991, gid: 992)),
            ]
        )
        #expect(
            worker.postgres == [
                "main": .init(host: "/run/postgresql", port: 5433, database: "app", tls: .disable),
                "far": .init(host: "db.internal", database: "my app", ca: "/etc/ca.pem"),
            ]
        )
    }

    @Test("groups with all their lines commented out say nothing", arguments: ["hooks:", "postgres:", "hooks: ~"])
    func empty(line: String) throws {
        #expect(try fixture.load("worker:\n  \(line)\n").worker == fixture.defaults().worker)
    }

    @Test("the reference has every setting of an entry")
    func reference() throws {
        let section = try #require(try ConfigurationReference().sections.first { $0.name == "worker" })
        #expect(section.settings.map(\.name).contains("hooks.NAME.program"))
        let plain = ConfigurationSetting.all.count { $0.section == "worker" }
        #expect(section.settings.count == plain + EntryGroup.all.reduce(0) { $0 + $1.settings.count })
    }

    @Test("the worker's socket lies beside the operators', so that two vaults do not meet in one")
    func siblings() throws {
        let configuration = try fixture.load("operator_socket: /srv/second/operator.sock\n")
        #expect(configuration.workerSocket == "/srv/second/worker.sock")
        let usual = try fixture.load("")
        #expect(usual.workerSocket == usual.operatorSocket.replacing("operator.sock", with: "worker.sock"))
    }
}
