// Command tidbd is TiDB over its embedded storage, for tests: its binlog goes to the pump that is
// named, without the placement driver that the stock server would ask for the cluster's number.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pingcap/tidb/pkg/config"
	"github.com/pingcap/tidb/pkg/executor"
	"github.com/pingcap/tidb/pkg/resourcemanager"
	"github.com/pingcap/tidb/pkg/server"
	"github.com/pingcap/tidb/pkg/session"
	"github.com/pingcap/tidb/pkg/sessionctx/binloginfo"
	"github.com/pingcap/tidb/pkg/sessionctx/variable"
	"github.com/pingcap/tidb/pkg/store"
	"github.com/pingcap/tidb/pkg/store/mockstore"
	"github.com/pingcap/tidb/pkg/tidb-binlog/node"
	pumpclient "github.com/pingcap/tidb/pkg/tidb-binlog/pump_client"
	"github.com/pingcap/tidb/pkg/util/logutil"
)

type options struct {
	port, status uint
	data, log    string
	pump         string
	cluster      uint64
	timeout      time.Duration
}

func parse() options {
	var o options
	flag.UintVar(&o.port, "port", 4000, "port of SQL")
	flag.UintVar(&o.status, "status", 10080, "port of the status pages")
	flag.StringVar(&o.data, "data", "", "folder of the data, absolute")
	flag.StringVar(&o.log, "log", "", "file of the log")
	flag.StringVar(&o.pump, "pump", "", "host:port that binlog is sent to; empty = no binlog")
	flag.Uint64Var(&o.cluster, "cluster", 1, "the cluster's number, as the pump is told it")
	flag.DurationVar(&o.timeout, "write-timeout", 15*time.Second, "how long a pump is waited for")
	flag.Parse()
	return o
}

func configure(o options) {
	config.UpdateGlobal(func(c *config.Config) {
		c.Host = "127.0.0.1"
		c.AdvertiseAddress = c.Host
		c.Status.StatusHost = c.Host
		c.Port = o.port
		c.Status.StatusPort = o.status
		c.Status.ReportStatus = true
		c.Store = "unistore"
		c.Path = o.data
		c.Socket = ""
		c.Log.Level = "warn"
		c.Log.File.Filename = o.log
		c.Binlog.Enable = o.pump != ""
	})
	onOff := variable.BoolToOnOff(o.pump != "")
	for name, value := range map[string]string{
		variable.Port: fmt.Sprint(o.port), variable.DataDir: o.data, variable.LogBin: onOff} {
		variable.SetSysVar(name, value)
	}
	// Without a placement driver there is nobody to share schema versions and statistics with.
	session.SetSchemaLease(0)
	session.SetStatsLease(0)
	session.DisableStats4Test()
}

// sendBinlog must come before the first session, which keeps the client that it finds.
func sendBinlog(o options) {
	const id = "pump"
	pump := pumpclient.NewPumpStatus(
		&node.Status{NodeID: id, Addr: o.pump, IsAlive: true, State: node.Online}, nil)
	known := pumpclient.NewPumpInfos()
	known.Pumps[id] = pump
	known.AvaliablePumps[id] = pump
	selector := pumpclient.NewSelector(pumpclient.Range)
	selector.SetPumps([]*pumpclient.PumpStatus{pump})
	binloginfo.SetIgnoreError(false)
	binloginfo.SetPumpsClient(&pumpclient.PumpsClient{ClusterID: o.cluster, Pumps: known,
		Selector: selector, BinlogWriteTimeout: o.timeout})
}

func serve(o options) error {
	configure(o)
	cfg := config.GetGlobalConfig()
	if err := logutil.InitLogger(cfg.Log.ToLogConfig()); err != nil {
		return err
	}
	if err := store.Register("unistore", mockstore.EmbedUnistoreDriver{}); err != nil {
		return err
	}
	if o.pump != "" {
		sendBinlog(o)
	}
	executor.Start()
	resourcemanager.InstanceResourceManager.Start()
	storage, err := store.New("unistore://" + o.data)
	if err != nil {
		return err
	}
	domain, err := session.BootstrapSession(storage)
	if err != nil {
		return err
	}
	svr, err := server.NewServer(cfg, server.NewTiDBDriver(storage))
	if err != nil {
		return err
	}
	svr.SetDomain(domain)
	domain.InfoSyncer().SetSessionManager(svr)
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-stop
		svr.Close()
	}()
	fmt.Println("tidbd: ready")
	if err := svr.Run(); err != nil {
		return err
	}
	domain.Close()
	return storage.Close()
}

func main() {
	if err := serve(parse()); err != nil {
		fmt.Fprintln(os.Stderr, "tidbd:", err)
		os.Exit(1)
	}
}
