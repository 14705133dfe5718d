// Oracle lives through a story (test/golden/sdk/main.ts writes them) with the modules of the Cosmos SDK v0.50.14, and prints
// what they answered: `asks` with Simulate, blocks with FinalizeBlock. With the second argument "documents" it prints the
// amino sign documents of txs instead.
package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"

	runtimev1alpha1 "cosmossdk.io/api/cosmos/app/runtime/v1alpha1"
	appv1alpha1 "cosmossdk.io/api/cosmos/app/v1alpha1"
	authmodulev1 "cosmossdk.io/api/cosmos/auth/module/v1"
	bankmodulev1 "cosmossdk.io/api/cosmos/bank/module/v1"
	consensusmodulev1 "cosmossdk.io/api/cosmos/consensus/module/v1"
	distrmodulev1 "cosmossdk.io/api/cosmos/distribution/module/v1"
	evidencemodulev1 "cosmossdk.io/api/cosmos/evidence/module/v1"
	genutilmodulev1 "cosmossdk.io/api/cosmos/genutil/module/v1"
	govmodulev1 "cosmossdk.io/api/cosmos/gov/module/v1"
	slashingmodulev1 "cosmossdk.io/api/cosmos/slashing/module/v1"
	stakingmodulev1 "cosmossdk.io/api/cosmos/staking/module/v1"
	txconfigv1 "cosmossdk.io/api/cosmos/tx/config/v1"
	upgrademodulev1 "cosmossdk.io/api/cosmos/upgrade/module/v1"
	"cosmossdk.io/core/appconfig"
	"cosmossdk.io/depinject"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/log"
	_ "cosmossdk.io/x/evidence"
	_ "cosmossdk.io/x/upgrade"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	"github.com/cosmos/cosmos-sdk/runtime"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	_ "github.com/cosmos/cosmos-sdk/x/auth"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	_ "github.com/cosmos/cosmos-sdk/x/auth/tx/config"
	_ "github.com/cosmos/cosmos-sdk/x/bank"
	_ "github.com/cosmos/cosmos-sdk/x/consensus"
	_ "github.com/cosmos/cosmos-sdk/x/distribution"
	_ "github.com/cosmos/cosmos-sdk/x/genutil"
	_ "github.com/cosmos/cosmos-sdk/x/gov"
	_ "github.com/cosmos/cosmos-sdk/x/slashing"
	_ "github.com/cosmos/cosmos-sdk/x/staking"
)

var perms = []*authmodulev1.ModuleAccountPermission{
	{Account: "fee_collector"}, {Account: "distribution"},
	{Account: "bonded_tokens_pool", Permissions: []string{"burner", "staking"}},
	{Account: "not_bonded_tokens_pool", Permissions: []string{"burner", "staking"}},
	{Account: "gov", Permissions: []string{"burner"}},
}

func config() depinject.Config {
	return appconfig.Compose(&appv1alpha1.Config{Modules: []*appv1alpha1.ModuleConfig{
		{Name: "runtime", Config: appconfig.WrapAny(&runtimev1alpha1.Module{
			AppName:           "oracle",
			PreBlockers:       []string{"upgrade"},
			BeginBlockers:     []string{"distribution", "slashing", "evidence", "staking"},
			EndBlockers:       []string{"gov", "staking"},
			InitGenesis:       []string{"auth", "bank", "distribution", "staking", "slashing", "gov", "genutil", "evidence", "upgrade", "consensus"},
			OverrideStoreKeys: []*runtimev1alpha1.StoreKeyConfig{{ModuleName: "auth", KvStoreKey: "acc"}},
		})},
		{Name: "auth", Config: appconfig.WrapAny(&authmodulev1.Module{Bech32Prefix: "windlass", ModuleAccountPermissions: perms})},
		{Name: "bank", Config: appconfig.WrapAny(&bankmodulev1.Module{BlockedModuleAccountsOverride: []string{"fee_collector", "distribution", "bonded_tokens_pool", "not_bonded_tokens_pool"}})},
		{Name: "consensus", Config: appconfig.WrapAny(&consensusmodulev1.Module{})},
		{Name: "staking", Config: appconfig.WrapAny(&stakingmodulev1.Module{Bech32PrefixValidator: "windlassvaloper", Bech32PrefixConsensus: "windlassvalcons"})},
		{Name: "slashing", Config: appconfig.WrapAny(&slashingmodulev1.Module{})},
		{Name: "distribution", Config: appconfig.WrapAny(&distrmodulev1.Module{})},
		{Name: "gov", Config: appconfig.WrapAny(&govmodulev1.Module{})},
		{Name: "genutil", Config: appconfig.WrapAny(&genutilmodulev1.Module{})},
		{Name: "evidence", Config: appconfig.WrapAny(&evidencemodulev1.Module{})},
		{Name: "upgrade", Config: appconfig.WrapAny(&upgrademodulev1.Module{})},
		{Name: "tx", Config: appconfig.WrapAny(&txconfigv1.Config{})},
	}})
}

type told struct {
	About string `json:"about"`
	Tx    string `json:"tx"`
}
type vote struct {
	Address string `json:"address"`
	Power   int64  `json:"power"`
	Absent  bool   `json:"absent"`
}
type block struct {
	Seconds     int64  `json:"seconds"`
	Asks        []told `json:"asks"`
	Txs         []told `json:"txs"`
	Votes       []vote `json:"votes"`
	Misbehavior []struct {
		Address string `json:"address"`
		Power   int64  `json:"power"`
		Height  int64  `json:"height"`
		Seconds int64  `json:"seconds"`
		Total   int64  `json:"total"`
	} `json:"misbehavior"`
}
type story struct {
	ChainID  string                     `json:"chainId"`
	Seconds  int64                      `json:"seconds"`
	AppState map[string]json.RawMessage `json:"appState"`
	Blocks   []block                    `json:"blocks"`
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	must(err)
	return b
}

func events(from []abci.Event) []string {
	out := []string{}
	for _, e := range from {
		line := e.Type
		for _, a := range e.Attributes {
			line += " " + a.Key + "=" + a.Value
		}
		out = append(out, line)
	}
	return out
}

type askResult struct {
	Code string `json:"code"`
	Log  string `json:"log"`
}
type txResult struct {
	Code   string   `json:"code"`
	Log    string   `json:"log"`
	Data   string   `json:"data"`
	Events []string `json:"events"`
	Gas    int64    `json:"gas,omitempty"`
}
type blockResult struct {
	Asks    []askResult `json:"asks"`
	Txs     []txResult  `json:"txs"`
	Events  []string    `json:"events"`
	Updates []string    `json:"updates"`
}

func gasOf(used int64) int64 {
	if os.Getenv("GAS") == "" {
		return 0
	}
	return used
}

func codeText(codespace string, code uint32) string {
	if code == 0 {
		return "ok"
	}
	return fmt.Sprintf("%s/%d", codespace, code)
}

func updates(from []abci.ValidatorUpdate) []string {
	out := []string{}
	for _, u := range from {
		out = append(out, fmt.Sprintf("%x %d", u.PubKey.GetEd25519(), u.Power))
	}
	return out
}

func printDocuments(raw []byte) {
	var list []told
	must(json.Unmarshal(raw, &list))
	var txConfig client.TxConfig
	must(depinject.Inject(depinject.Configs(config(), depinject.Supply(log.NewNopLogger())), &txConfig))
	out := []string{}
	for _, one := range list {
		tx, err := txConfig.TxDecoder()(unhex(one.Tx))
		if err != nil {
			out = append(out, "error: "+err.Error())
			continue
		}
		key := secp256k1.GenPrivKeyFromSecret([]byte("x")).PubKey()
		doc, err := authsigning.GetSignBytesAdapter(context.Background(), txConfig.SignModeHandler(), signing.SignMode_SIGN_MODE_LEGACY_AMINO_JSON,
			authsigning.SignerData{Address: sdk.AccAddress(key.Address()).String(), ChainID: "windlass-test", AccountNumber: 7, Sequence: 3, PubKey: key}, tx)
		if err != nil {
			out = append(out, "error: "+err.Error())
			continue
		}
		out = append(out, string(doc))
	}
	bytes, err := json.Marshal(out)
	must(err)
	fmt.Println(string(bytes))
}

func main() {
	sdk.DefaultBondDenom = "uwind"
	c := sdk.GetConfig()
	c.SetBech32PrefixForAccount("windlass", "windlasspub")
	c.SetBech32PrefixForValidator("windlassvaloper", "windlassvaloperpub")
	c.SetBech32PrefixForConsensusNode("windlassvalcons", "windlassvalconspub")
	raw, err := os.ReadFile(os.Args[1])
	must(err)
	if len(os.Args) > 2 && os.Args[2] == "documents" {
		printDocuments(raw)
		return
	}
	var s story
	must(json.Unmarshal(raw, &s))

	var builder *runtime.AppBuilder
	var cdc codec.Codec
	must(depinject.Inject(depinject.Configs(config(), depinject.Supply(log.NewNopLogger())), &builder, &cdc))
	app := builder.Build(dbm.NewMemDB(), nil, baseapp.SetChainID(s.ChainID))
	must(app.Load(true))
	state := app.DefaultGenesis()
	for name, value := range s.AppState {
		state[name] = value
	}
	bytes, err := json.Marshal(state)
	must(err)
	init, err := app.InitChain(&abci.RequestInitChain{
		ChainId: s.ChainID, Time: time.Unix(s.Seconds, 0).UTC(), InitialHeight: 1, AppStateBytes: bytes,
		ConsensusParams: &cmtproto.ConsensusParams{
			Block:     &cmtproto.BlockParams{MaxBytes: 22020096, MaxGas: -1},
			Evidence:  &cmtproto.EvidenceParams{MaxAgeNumBlocks: 100000, MaxAgeDuration: 172800 * time.Second, MaxBytes: 1048576},
			Validator: &cmtproto.ValidatorParams{PubKeyTypes: []string{"ed25519"}},
			Version:   &cmtproto.VersionParams{}, Abci: &cmtproto.ABCIParams{},
		},
	})
	must(err)
	results := []blockResult{}
	for i, b := range s.Blocks {
		asks := []askResult{}
		for _, a := range b.Asks {
			_, _, err := app.Simulate(unhex(a.Tx))
			space, code, text := errorsmod.ABCIInfo(err, false)
			asks = append(asks, askResult{codeText(space, code), text})
		}
		req := &abci.RequestFinalizeBlock{Height: int64(i + 1), Time: time.Unix(b.Seconds, 0).UTC(), Hash: make([]byte, 32), NextValidatorsHash: make([]byte, 32), ProposerAddress: make([]byte, 20)}
		for _, t := range b.Txs {
			req.Txs = append(req.Txs, unhex(t.Tx))
		}
		if len(b.Votes) > 0 {
			req.ProposerAddress = unhex(b.Votes[0].Address)
		}
		for _, v := range b.Votes {
			flag := cmtproto.BlockIDFlagCommit
			if v.Absent {
				flag = cmtproto.BlockIDFlagAbsent
			}
			req.DecidedLastCommit.Votes = append(req.DecidedLastCommit.Votes, abci.VoteInfo{Validator: abci.Validator{Address: unhex(v.Address), Power: v.Power}, BlockIdFlag: flag})
		}
		for _, m := range b.Misbehavior {
			req.Misbehavior = append(req.Misbehavior, abci.Misbehavior{Type: abci.MisbehaviorType_DUPLICATE_VOTE, Validator: abci.Validator{Address: unhex(m.Address), Power: m.Power}, Height: m.Height, Time: time.Unix(m.Seconds, 0).UTC(), TotalVotingPower: m.Total})
		}
		res, err := app.FinalizeBlock(req)
		if err != nil {
			fmt.Fprintf(os.Stderr, "block %d: %v\n", i+1, err)
			os.Exit(1)
		}
		_, err = app.Commit()
		must(err)
		r := blockResult{Asks: asks, Txs: []txResult{}, Events: events(res.Events), Updates: updates(res.ValidatorUpdates)}
		for _, t := range res.TxResults {
			r.Txs = append(r.Txs, txResult{codeText(t.Codespace, t.Code), t.Log, hex.EncodeToString(t.Data), events(t.Events), gasOf(t.GasUsed)})
		}
		results = append(results, r)
	}
	out, err := json.Marshal(map[string]interface{}{"genesisUpdates": updates(init.Validators), "answers": results})
	must(err)
	fmt.Println(string(out))
}
