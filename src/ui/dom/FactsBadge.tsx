import { Cpu, FlaskConical, Info, Scan, TriangleAlert, X } from 'lucide-react';
import { useMemo } from 'react';
import { Button, Dialog, DialogTrigger, Heading } from 'react-aria-components';
import { t } from '#i18n/t.ts';
import { useCase, useViewer } from '#scene/viewerContext.ts';
import { type CaseFact, caseFacts } from '#ui/model/facts.ts';
import { Floating } from './Controls.tsx';

const icons = { edge: Scan, machine: Cpu, synthetic: FlaskConical, file: Info } as const;

/** Facts of the case behind one small badge. */
export function FactsBadge() {
  const { view } = useViewer();
  const volumes = useCase((state) => state.volumes);
  const segments = useCase((state) => state.segments);
  const unreadable = useCase((state) => state.unreadable);
  const facts = useMemo(() => caseFacts({ volumes, segments, unreadable }), [volumes, segments, unreadable]);
  if (facts.length === 0) return null;
  const title = t('facts.count', { count: facts.length });
  return (
    <DialogTrigger>
      <Button className="facts-badge" aria-label={title} data-testid="facts">
        <TriangleAlert aria-hidden />
        {facts.length}
      </Button>
      <Floating placement="bottom start">
        <Dialog className="popover-body" aria-label={title}>
          {({ close }) => (
            <>
              <div className="facts-title">
                <Heading slot="title" className="facts-heading">
                  {title}
                </Heading>
                <Button className="icon-button small" aria-label={t('common.close')} onPress={close}>
                  <X aria-hidden />
                </Button>
              </div>
              <div className="facts-list">
                {facts.map((fact) => (
                  <Fact
                    key={fact.id}
                    fact={fact}
                    onShow={() => {
                      view.verbs.set({ selection: fact.segments });
                      close();
                    }}
                  />
                ))}
              </div>
            </>
          )}
        </Dialog>
      </Floating>
    </DialogTrigger>
  );
}

function Fact({ fact, onShow }: { readonly fact: CaseFact; readonly onShow: () => void }) {
  const Icon = icons[fact.icon];
  return (
    <div className="fact">
      <Icon aria-hidden />
      <strong>{fact.title}</strong>
      {fact.segments.length > 0 ? (
        <Button className="link-button" onPress={onShow}>
          {t(fact.id === 'machine' ? 'facts.review' : 'facts.show')}
        </Button>
      ) : (
        <span />
      )}
      <p>{fact.text}</p>
    </div>
  );
}
