// SPDX-License-Identifier: Apache-2.0
import { Alert, Flex, Text } from '@backstage/ui';
import { apiFailure } from '../../api';
import { useTexts } from '../../translations';
import { failureTexts } from '../ErrorState';
import { Person } from '../Person';

/** Codes that have words of their own; for the rest the backend's are best. */
const OWN_WORDS = ['audit-unavailable', 'snapshot-crds-missing', 'vm-gone'];

/** Says inside a form why the backend has refused it. */
export function FormError({ error }: { error: unknown }) {
  const t = useTexts();
  const failure = apiFailure(error);
  const text = () => {
    if (failure.status === undefined) {
      return t('form.networkFailed');
    }
    return OWN_WORDS.includes(failure.code ?? '')
      ? failureTexts(t, failure).text
      : failure.message;
  };
  return (
    <Alert
      role="alert"
      status="danger"
      icon
      title={t('form.failed')}
      description={
        <Flex direction="column" gap="1">
          <Text as="p">{text()}</Text>
          {failure.owners.length > 0 && (
            <Flex gap="2" style={{ flexWrap: 'wrap' }}>
              <Text>{t('error.askOwners')}</Text>
              {failure.owners.map(owner => (
                <Person key={owner} entityRef={owner} />
              ))}
            </Flex>
          )}
        </Flex>
      }
    />
  );
}
